// SPDX-License-Identifier: GPL-2.0-only
/* Operations that map memory, or registers, for a device. */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "carveout.h"

/* Bounce memory is taken from the area of the caller's CPU; one that is not there is ignored. */
static int carveout_run_on(s64 cpu)
{
	if (num_online_cpus() == 1 || cpu < 0 || cpu >= nr_cpu_ids || !cpu_online(cpu))
		return 0;
	return set_cpus_allowed_ptr(current, cpumask_of(cpu));
}

/* A mapping of one piece, or none. */
static int carveout_define_piece(struct carveout_operation *op, struct carveout_reply *out,
				 struct carveout_mapping *mapping, dma_addr_t address, u64 size)
{
	struct device *dev = carveout_dev(mapping->device);

	if (dma_mapping_error(dev, address)) {
		kvfree(mapping);
		return CARVEOUT_NONE;
	}
	mapping->pieces[0] = (struct carveout_piece){ .address = address, .length = size };
	carveout_put_result(out, RESULT_ADDRESS, carveout_told_address(dev, address));
	return carveout_define_mapping(op, mapping);
}

int carveout_map_page(struct carveout_operation *op, struct carveout_reply *out)
{
	s64 direction = op->field[MAP_PAGE_DIRECTION];
	s64 offset = op->field[MAP_PAGE_OFFSET];
	s64 size = op->field[MAP_PAGE_SIZE];
	struct carveout_mapping *mapping;
	phys_addr_t phys;
	dma_addr_t address;
	int error;

	if (!op->buffer->cpu ||
	    !carveout_within(offset, size, carveout_buffer_length(op->buffer)))
		return CARVEOUT_SKIPPED;
	error = carveout_run_on(op->field[MAP_PAGE_CPU]);
	if (error)
		return error;
	mapping = carveout_new_mapping(op, out, direction, 1);
	if (!mapping)
		return CARVEOUT_SKIPPED;
	phys = op->buffer->phys + offset;
	address = dma_map_page_attrs(carveout_dev(op->device), pfn_to_page(PHYS_PFN(phys)),
				     offset_in_page(phys), size, direction,
				     carveout_attrs(op->field[MAP_PAGE_ATTRS]));
	return carveout_define_piece(op, out, mapping, address, size);
}

int carveout_map_resource(struct carveout_operation *op, struct carveout_reply *out)
{
	s64 direction = op->field[MAP_RESOURCE_DIRECTION];
	u64 size = op->field[MAP_RESOURCE_SIZE];
	struct carveout_mapping *mapping = carveout_new_mapping(op, out, direction, 1);
	dma_addr_t address;

	if (!mapping)
		return CARVEOUT_SKIPPED;
	address = dma_map_resource(carveout_dev(op->device), op->field[MAP_RESOURCE_PHYS], size,
				   direction, 0);
	return carveout_define_piece(op, out, mapping, address, size);
}

static int carveout_map_entries(struct carveout_operation *op, enum dma_data_direction direction)
{
	unsigned long attrs = carveout_attrs(op->field[MAP_SGTABLE_ATTRS]);
	struct device *dev = carveout_dev(op->device);
	struct sg_table *sgt = &op->table->append.sgt;
	unsigned int count;

	if (op->field[MAP_SGTABLE_CALL] == CHOICE_CALL_SGTABLE)
		return dma_map_sgtable(dev, sgt, direction, attrs);
	count = dma_map_sg_attrs(dev, sgt->sgl, sgt->orig_nents, direction, attrs);
	if (!count)
		return CARVEOUT_NONE;
	sgt->nents = count;
	return 0;
}

static void carveout_put_segments(struct carveout_mapping *mapping, struct carveout_reply *out)
{
	struct device *dev = carveout_dev(mapping->device);
	struct sg_table *sgt = &mapping->table->append.sgt;
	struct scatterlist *sg;
	unsigned int i;

	carveout_list_begin(out, RESULT_SEGMENTS);
	for_each_sgtable_dma_sg(sgt, sg, i) {
		mapping->pieces[i] = (struct carveout_piece){
			.address = sg_dma_address(sg),
			.length = sg_dma_len(sg),
		};
		carveout_list_add(out, carveout_told_address(dev, sg_dma_address(sg)),
				  sg_dma_len(sg));
	}
	mapping->nr_pieces = sgt->nents;
}

/* sg_split() may leave an entry without bytes; the search for no slots at all is a BUG(). */
static bool carveout_is_full(struct carveout_table *table)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_sg(&table->append.sgt, sg, i) {
		if (!sg->length)
			return false;
	}
	return true;
}

int carveout_map_sgtable(struct carveout_operation *op, struct carveout_reply *out)
{
	s64 direction = op->field[MAP_SGTABLE_DIRECTION];
	struct carveout_mapping *mapping;
	int result;

	if (op->table->mapped || !carveout_is_usable(op->table) || !carveout_is_full(op->table))
		return CARVEOUT_SKIPPED;
	result = carveout_run_on(op->field[MAP_SGTABLE_CPU]);
	if (result)
		return result;
	mapping = carveout_new_mapping(op, out, direction, op->table->append.sgt.orig_nents);
	if (!mapping)
		return CARVEOUT_SKIPPED;
	result = carveout_map_entries(op, direction);
	if (result) {
		kvfree(mapping);
		return result;
	}
	carveout_put_segments(mapping, out);
	/* Success without a piece: nothing was mapped, so there is nothing to unmap. */
	if (!mapping->nr_pieces) {
		kvfree(mapping);
		return 0;
	}
	return carveout_define_mapping(op, mapping);
}
