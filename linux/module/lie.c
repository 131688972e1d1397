// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that lies on purpose. It is there to prove that the judge sees a wrong answer through
 * the whole pipe: a canary that nobody hears would be no proof of anything.
 */
#include <linux/dma-direct.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/swiotlb.h>

#include "carveout.h"

static char *lie = "";
module_param(lie, charp, 0444);
MODULE_PARM_DESC(lie, "slot: bounced pieces are answered one slot off; byte: reads have a wrong byte; "
		 "copy: unmapping copies nothing back; leak: one mapping is never unmapped");

/* The address that is answered for @address. */
dma_addr_t carveout_told_address(struct device *dev, dma_addr_t address)
{
	if (strcmp(lie, "slot") || !swiotlb_find_pool(dev, dma_to_phys(dev, address)))
		return address;
	return address + IO_TLB_SIZE;
}

bool carveout_lies_about_bytes(void)
{
	return !strcmp(lie, "byte");
}

/* What is unmapped with @attrs, with what it is unmapped indeed. */
unsigned long carveout_told_attrs(unsigned long attrs)
{
	return strcmp(lie, "copy") ? attrs : attrs | DMA_ATTR_SKIP_CPU_SYNC;
}

/* The first bounced mapping of all. */
bool carveout_leaks(struct device *dev, dma_addr_t address)
{
	static bool leaked;
	bool leaks = !strcmp(lie, "leak") && !leaked &&
		     swiotlb_find_pool(dev, dma_to_phys(dev, address));

	leaked |= leaks;
	return leaks;
}

int carveout_check_lie(void)
{
	static const char *const lies[] = { "", "slot", "byte", "copy", "leak" };

	return match_string(lies, ARRAY_SIZE(lies), lie) < 0 ? -EINVAL : 0;
}
