// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on pages of the kernel's own. Pages asked for by address come from arenas: RAM that
 * the device tree reserves, so that nobody else ever has it.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "carveout.h"

#define ARENA_BYTES 16
/* What memory nobody wrote holds, as on other subjects: never 0, so that a missing clear shows. */
#define DIRT 0xa5

/* A run of bytes. */
struct carveout_arena {
	phys_addr_t base;
	u64 size;
	/* May it hold something else than dirt? */
	bool used;
};

static struct carveout_arena *carveout_arenas;
static u32 carveout_nr_arenas;

static void carveout_fill_used_arenas(void)
{
	for (u32 i = 0; i < carveout_nr_arenas; i++) {
		struct carveout_arena *arena = &carveout_arenas[i];

		if (arena->used)
			memset(phys_to_virt(arena->base), DIRT, arena->size);
		arena->used = false;
	}
}

/* The same arenas come with every setup of a boot: those that are known are filled by now. */
static bool carveout_is_new_arena(const struct carveout_arena *arena)
{
	for (u32 i = 0; i < carveout_nr_arenas; i++) {
		const struct carveout_arena *known = &carveout_arenas[i];

		if (known->base == arena->base && known->size == arena->size)
			return false;
	}
	return true;
}

int carveout_make_arenas(struct carveout_reader *in)
{
	struct carveout_arena *arenas;
	u32 count = carveout_get_u32(in);

	if (count > (in->end - in->at) / ARENA_BYTES) {
		in->bad = true;
		return -EINVAL;
	}
	carveout_fill_used_arenas();
	arenas = kcalloc(count, sizeof(*arenas), GFP_KERNEL);
	if (!arenas)
		return -ENOMEM;
	for (u32 i = 0; i < count; i++) {
		arenas[i].base = carveout_get_u64(in);
		arenas[i].size = carveout_get_u64(in);
		arenas[i].used = carveout_is_new_arena(&arenas[i]);
	}
	kfree(carveout_arenas);
	carveout_arenas = arenas;
	carveout_nr_arenas = count;
	carveout_fill_used_arenas();
	return 0;
}

/* Arenas may touch: a range may begin in one and end in another. */
static bool carveout_in_arenas(phys_addr_t base, u64 size)
{
	for (u32 i = 0; i < carveout_nr_arenas && size; i++) {
		struct carveout_arena *arena = &carveout_arenas[i];
		u64 part;

		if (base < arena->base || base - arena->base >= arena->size)
			continue;
		part = min(size, arena->size - (base - arena->base));
		base += part;
		size -= part;
	}
	return !size;
}

static bool carveout_meets(const struct carveout_thing *thing, const void *range)
{
	const struct carveout_buffer *buffer = container_of(thing, struct carveout_buffer, thing);
	const struct carveout_arena *wanted = range;

	return buffer->source == FROM_CONTIG && buffer->phys < wanted->base + wanted->size &&
	       wanted->base < buffer->phys + buffer->size;
}

static void carveout_use_arenas(phys_addr_t base, u64 size)
{
	for (u32 i = 0; i < carveout_nr_arenas; i++) {
		struct carveout_arena *arena = &carveout_arenas[i];

		if (arena->base < base + size && base < arena->base + arena->size)
			arena->used = true;
	}
}

static bool carveout_is_free(phys_addr_t base, u64 size)
{
	struct carveout_arena wanted = { .base = base, .size = size };

	return carveout_in_arenas(base, size) &&
	       !carveout_any(CARVEOUT_BUFFER, carveout_meets, &wanted);
}

static gfp_t carveout_zone_gfp(s64 zone)
{
	gfp_t gfp = carveout_gfp(CHOICE_GFP_BLOCKING);

	if (zone == CHOICE_ZONE_DMA)
		return gfp | GFP_DMA;
	return zone == CHOICE_ZONE_DMA32 ? gfp | GFP_DMA32 : gfp;
}

static int carveout_define_pages(struct carveout_operation *op, struct carveout_reply *out,
				 struct carveout_buffer *buffer)
{
	if (!buffer->cpu) {
		carveout_put_buffer(buffer);
		return CARVEOUT_NONE;
	}
	buffer->phys = virt_to_phys(buffer->cpu);
	carveout_define(&buffer->thing, CARVEOUT_BUFFER, op->label);
	carveout_put_result(out, RESULT_PHYS, buffer->phys);
	return 0;
}

int carveout_alloc_pages(struct carveout_operation *op, struct carveout_reply *out)
{
	gfp_t gfp = carveout_zone_gfp(op->field[ALLOC_PAGES_ZONE]);
	s64 order = op->field[ALLOC_PAGES_ORDER];
	struct carveout_buffer *buffer;

	/* Larger ones would not fit into a size. */
	if (order < 0 || order >= BITS_PER_LONG - PAGE_SHIFT)
		return CARVEOUT_NONE;
	buffer = carveout_new_buffer(op, out, FROM_ORDER);
	if (!buffer)
		return CARVEOUT_SKIPPED;
	buffer->order = order;
	buffer->size = PAGE_SIZE << order;
	buffer->cpu = (void *)__get_free_pages(gfp, order);
	return carveout_define_pages(op, out, buffer);
}

int carveout_alloc_exact(struct carveout_operation *op, struct carveout_reply *out)
{
	gfp_t gfp = carveout_zone_gfp(op->field[ALLOC_EXACT_ZONE]);
	struct carveout_buffer *buffer = carveout_new_buffer(op, out, FROM_EXACT);

	if (!buffer)
		return CARVEOUT_SKIPPED;
	buffer->size = op->field[ALLOC_EXACT_SIZE];
	buffer->cpu = alloc_pages_exact(buffer->size, gfp);
	return carveout_define_pages(op, out, buffer);
}

int carveout_alloc_contig(struct carveout_operation *op, struct carveout_reply *out)
{
	phys_addr_t base = op->field[ALLOC_CONTIG_PHYS];
	u64 pages = op->field[ALLOC_CONTIG_PAGES];
	struct carveout_buffer *buffer;

	if (offset_in_page(base))
		return -EINVAL;
	if (pages > U64_MAX >> PAGE_SHIFT || !carveout_is_free(base, pages << PAGE_SHIFT))
		return -EBUSY;
	buffer = carveout_new_buffer(op, out, FROM_CONTIG);
	if (!buffer)
		return CARVEOUT_SKIPPED;
	buffer->size = pages << PAGE_SHIFT;
	buffer->phys = base;
	buffer->cpu = phys_to_virt(base);
	carveout_use_arenas(base, buffer->size);
	carveout_define(&buffer->thing, CARVEOUT_BUFFER, op->label);
	return 0;
}

void carveout_free_own_pages(struct carveout_buffer *buffer)
{
	if (buffer->source == FROM_ORDER)
		free_pages((unsigned long)buffer->cpu, buffer->order);
	else if (buffer->source == FROM_EXACT)
		free_pages_exact(buffer->cpu, buffer->size);
}
