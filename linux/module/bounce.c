// SPDX-License-Identifier: GPL-2.0
/* The default bounce pool: where it is, and how it comes to be as after boot. */
#include <linux/swiotlb.h>

#include "carveout.h"

/* As in kernel/dma/swiotlb.c, Linux 6.12, which keeps it to itself. */
struct io_tlb_area {
	unsigned long used;
	unsigned int index;
	spinlock_t lock;
};

/* Every device is given it when it is made; modules get at it in no other way. */
struct io_tlb_mem *carveout_bounce_memory(void)
{
	static struct io_tlb_mem *memory;
	struct platform_device *pdev;

	if (memory)
		return memory;
	pdev = platform_device_alloc("carveout-bounce", PLATFORM_DEVID_NONE);
	if (pdev)
		memory = pdev->dev.dma_io_tlb_mem;
	platform_device_put(pdev);
	return memory;
}

/* First byte, slots, areas, and 1 if everything bounces; zeros: there is none. */
void carveout_put_bounce_pool(struct carveout_reply *out)
{
	const struct io_tlb_mem *memory = carveout_bounce_memory();
	const struct io_tlb_pool *pool = memory ? &memory->defpool : NULL;
	bool exists = pool && pool->nslabs;

	carveout_put_u64(out, exists ? pool->start : 0);
	carveout_put_u64(out, exists ? pool->nslabs : 0);
	carveout_put_u64(out, exists ? pool->nareas : 0);
	carveout_put_u64(out, exists ? memory->force_bounce : 0);
}

/* The search begins at the first slot again. -EBUSY: somebody still has slots. */
int carveout_reset_bounce_pool(void)
{
	struct io_tlb_mem *memory = carveout_bounce_memory();
	unsigned long used = 0;

	if (!memory)
		return 0;
	for (unsigned int i = 0; i < memory->defpool.nareas; i++) {
		struct io_tlb_area *area = &memory->defpool.areas[i];

		spin_lock_irq(&area->lock);
		area->index = 0;
		used += area->used;
		spin_unlock_irq(&area->lock);
	}
	atomic_long_set(&memory->used_hiwater, 0);
	return used ? -EBUSY : 0;
}
