// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory by its physical address, as devices reach it. What the linear mapping has not is mapped
 * for each access.
 */
#include <linux/io.h>
#include <linux/mm.h>

#include "carveout.h"

/* @at, @length: what of the page to look at. */
typedef void carveout_page_visit(void *at, size_t length, void *data);

static int carveout_visit_page(phys_addr_t phys, size_t length, carveout_page_visit *visit,
			       void *data)
{
	void *page;

	if (pfn_is_map_memory(PHYS_PFN(phys))) {
		visit(phys_to_virt(phys), length, data);
		return 0;
	}
	page = memremap(phys & PAGE_MASK, PAGE_SIZE, MEMREMAP_WB);
	if (!page)
		return CARVEOUT_SKIPPED;
	visit(page + offset_in_page(phys), length, data);
	memunmap(page);
	return 0;
}

static int carveout_visit(phys_addr_t phys, u64 length, carveout_page_visit *visit, void *data)
{
	/* dma_to_phys() of what no window has. */
	if (phys == (phys_addr_t)-1)
		return CARVEOUT_SKIPPED;
	while (length) {
		size_t part = min_t(u64, length, PAGE_SIZE - offset_in_page(phys));
		int result = carveout_visit_page(phys, part, visit, data);

		if (result)
			return result;
		phys += part;
		length -= part;
	}
	return 0;
}

static void carveout_page_read(void *at, size_t length, void *data)
{
	carveout_runs_add(data, at, length);
}

int carveout_phys_read(struct carveout_runs *runs, phys_addr_t phys, u64 length)
{
	return carveout_visit(phys, length, carveout_page_read, runs);
}

static void carveout_page_fill(void *at, size_t length, void *data)
{
	memset(at, *(u8 *)data, length);
}

int carveout_phys_fill(phys_addr_t phys, u64 length, u8 value)
{
	return carveout_visit(phys, length, carveout_page_fill, &value);
}
