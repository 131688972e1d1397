// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on pages of the kernel's own. Pages asked for by address come from arenas: RAM that
 * the device tree reserves, so that nobody else ever has it.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "carveout.h"

#define ARENA_BYTES 16

/* A run of bytes. */
struct carveout_arena {
	phys_addr_t base;
	u64 size;
};

static struct carveout_arena *carveout_arenas;
static u32 carveout_nr_arenas;

int carveout_make_arenas(struct carveout_reader *in)
{
	u32 count = carveout_get_u32(in);

	if (count > (in->end - in->at) / ARENA_BYTES) {
		in->bad = true;
		return -EINVAL;
	}
	kfree(carveout_arenas);
	carveout_nr_arenas = 0;
	carveout_arenas = kcalloc(count, sizeof(*carveout_arenas), GFP_KERNEL);
	if (!carveout_arenas)
		return -ENOMEM;
	for (u32 i = 0; i < count; i++) {
		carveout_arenas[i].base = carveout_get_u64(in);
		carveout_arenas[i].size = carveout_get_u64(in);
	}
	carveout_nr_arenas = count;
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
