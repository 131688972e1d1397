// SPDX-License-Identifier: GPL-2.0
/*
 * A module that lies on purpose. It is there to prove that the judge sees a wrong answer through
 * the whole pipe: a canary that nobody hears would be no proof of anything.
 */
#include <linux/dma-direct.h>
#include <linux/module.h>
#include <linux/swiotlb.h>

#include "carveout.h"

static char *lie = "";
module_param(lie, charp, 0444);
MODULE_PARM_DESC(lie, "slot: bounced pieces are answered one slot off; byte: reads have a wrong byte");

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

int carveout_check_lie(void)
{
	bool known = !*lie || !strcmp(lie, "slot") || !strcmp(lie, "byte");

	return known ? 0 : -EINVAL;
}
