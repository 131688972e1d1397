// SPDX-License-Identifier: GPL-2.0-only
/* The default bounce pool: where it is, and how it comes to be as after boot. */
#include <linux/swiotlb.h>

#include "carveout.h"

/*
 * The kernel does not say what an area is. This is where 6.12 has the two numbers that a program
 * could leave changed: slots in use, and where the next search begins. carveout_check_areas() looks
 * whether they can be that.
 */
struct carveout_area {
	unsigned long slots_in_use;
	unsigned int next;
	spinlock_t guard;
};

static struct carveout_area *carveout_area(const struct io_tlb_pool *pool, unsigned int i)
{
	return (struct carveout_area *)pool->areas + i;
}

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

/* -EINVAL: in another kernel areas are something else, and nothing may be written there. */
int carveout_check_areas(void)
{
	struct io_tlb_mem *memory = carveout_bounce_memory();

	if (!memory || !memory->defpool.nslabs)
		return 0;
	for (unsigned int i = 0; i < memory->defpool.nareas; i++) {
		const struct carveout_area *area = carveout_area(&memory->defpool, i);

		if (area->slots_in_use > memory->defpool.area_nslabs ||
		    area->next >= memory->defpool.area_nslabs ||
		    spin_is_locked((spinlock_t *)&area->guard))
			return -EINVAL;
	}
	return 0;
}

/* The search begins at the first slot again. -EBUSY: somebody still has slots. */
int carveout_reset_bounce_pool(void)
{
	struct io_tlb_mem *memory = carveout_bounce_memory();
	unsigned long used = 0;

	if (!memory)
		return 0;
	for (unsigned int i = 0; i < memory->defpool.nareas; i++) {
		struct carveout_area *area = carveout_area(&memory->defpool, i);

		spin_lock_irq(&area->guard);
		area->next = 0;
		used += area->slots_in_use;
		spin_unlock_irq(&area->guard);
	}
	atomic_long_set(&memory->used_hiwater, 0);
	return used ? -EBUSY : 0;
}
