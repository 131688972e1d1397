// SPDX-License-Identifier: GPL-2.0
/* Operations on streaming mappings, and what devices do with them. */
#include <linux/cpumask.h>
#include <linux/dma-direct.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "carveout.h"

/* Bounce memory is taken from the area of the caller's CPU. One that is not there changes nothing. */
static int carveout_run_on(s64 cpu)
{
	if (num_online_cpus() == 1 || cpu < 0 || cpu >= nr_cpu_ids || !cpu_online(cpu))
		return 0;
	return set_cpus_allowed_ptr(current, cpumask_of(cpu));
}

/* NULL: there is no memory for it, and the reply has failed. */
static struct carveout_mapping *carveout_new_mapping(struct carveout_operation *op,
						     struct carveout_reply *out,
						     s64 direction, unsigned int nr_pieces)
{
	struct carveout_mapping *mapping;

	mapping = kvzalloc(struct_size(mapping, pieces, nr_pieces), GFP_KERNEL);
	if (!mapping) {
		out->failed = true;
		return NULL;
	}
	mapping->device = op->device;
	mapping->binding = carveout_binding_of(carveout_dev(op->device));
	mapping->direction = direction;
	mapping->buffer = op->buffer;
	mapping->table = op->table;
	mapping->nr_pieces = nr_pieces;
	return mapping;
}

/* What is mapped is neither freed nor mapped again. */
static void carveout_note(struct carveout_mapping *mapping, int change)
{
	struct carveout_table *table = mapping->table;

	if (mapping->buffer)
		mapping->buffer->mappings += change;
	if (!table)
		return;
	table->mapped = change > 0;
	for (unsigned int i = 0; i < table->nr_buffers; i++)
		table->buffers[i]->mappings += change;
}

static int carveout_define_mapping(struct carveout_operation *op, struct carveout_mapping *mapping)
{
	carveout_define(&mapping->thing, CARVEOUT_MAPPING, op->label);
	carveout_note(mapping, 1);
	return 0;
}

static void carveout_end_mapping(struct carveout_mapping *mapping)
{
	carveout_note(mapping, -1);
	carveout_forget(&mapping->thing);
	kvfree(mapping);
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

/*
 * Do its addresses still mean what they meant? They are all the kernel has to find memory and slots
 * by. Windows only ever come where there were none.
 */
bool carveout_is_found(const struct carveout_mapping *mapping)
{
	struct device *dev = carveout_dev(mapping->device);

	if (dev->dma_range_map == mapping->binding.windows || (!mapping->buffer && !mapping->table))
		return true;
	for (unsigned int i = 0; i < mapping->nr_pieces; i++) {
		dma_addr_t first = mapping->pieces[i].address;
		dma_addr_t last = first + mapping->pieces[i].length - 1;

		if (dma_to_phys(dev, first) != first || dma_to_phys(dev, last) != last)
			return false;
	}
	return true;
}

static void carveout_unmap_pieces(struct carveout_mapping *mapping,
				  enum dma_data_direction direction, unsigned long attrs)
{
	const struct carveout_piece *first = &mapping->pieces[0];
	struct device *dev = carveout_dev(mapping->device);

	if (mapping->table)
		dma_unmap_sgtable(dev, &mapping->table->append.sgt, direction, attrs);
	else if (mapping->buffer)
		dma_unmap_page_attrs(dev, first->address, first->length, direction, attrs);
	else
		dma_unmap_resource(dev, first->address, first->length, direction, attrs);
}

/*
 * Slots are found through the windows the device had. Nothing is copied: the memory may belong to
 * somebody else by now.
 */
void carveout_drop_mapping(struct carveout_thing *thing)
{
	struct carveout_mapping *mapping = container_of(thing, struct carveout_mapping, thing);
	struct device *dev = carveout_dev(mapping->device);
	struct carveout_binding now = carveout_binding_of(dev);

	carveout_bind(dev, &mapping->binding);
	carveout_unmap_pieces(mapping, mapping->direction, DMA_ATTR_SKIP_CPU_SYNC);
	carveout_bind(dev, &now);
	carveout_end_mapping(mapping);
}

/* The direction that is named, or the one it was mapped with. */
static enum dma_data_direction carveout_direction(const struct carveout_mapping *mapping,
						  s64 choice)
{
	if (choice == CHOICE_UNMAP_DIRECTION_MAPPED)
		return mapping->direction;
	return choice - CHOICE_UNMAP_DIRECTION_BIDIRECTIONAL;
}

int carveout_unmap(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_mapping *mapping = op->mapping;

	carveout_unmap_pieces(mapping, carveout_direction(mapping, op->field[UNMAP_DIRECTION]),
			      carveout_attrs(op->field[UNMAP_ATTRS]));
	carveout_end_mapping(mapping);
	return 0;
}

int carveout_need_sync(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_mapping *mapping = op->mapping;
	bool needed = dma_need_sync(carveout_dev(mapping->device), mapping->pieces[0].address);

	carveout_put_result(out, RESULT_TRUTH, needed);
	return 0;
}

static u64 carveout_mapping_length(const struct carveout_mapping *mapping)
{
	u64 length = 0;

	for (unsigned int i = 0; i < mapping->nr_pieces; i++)
		length += mapping->pieces[i].length;
	return length;
}

typedef int carveout_part(struct device *dev, dma_addr_t address, u64 length, void *data);

/*
 * [offset, offset + length) of the data, piece by piece, as a caller does who passes on less than
 * all. Registers have no bytes that could be looked at.
 */
static int carveout_parts(struct carveout_mapping *mapping, s64 offset, s64 length,
			  carveout_part *each, void *data)
{
	struct device *dev = carveout_dev(mapping->device);
	u64 at = 0;

	if (!mapping->buffer && !mapping->table)
		return CARVEOUT_SKIPPED;
	if (!carveout_within(offset, length, carveout_mapping_length(mapping)))
		return CARVEOUT_SKIPPED;
	for (unsigned int i = 0; i < mapping->nr_pieces; i++) {
		const struct carveout_piece *piece = &mapping->pieces[i];
		u64 from = max_t(u64, offset, at);
		u64 to = min_t(u64, offset + length, at + piece->length);
		int result = 0;

		if (from < to)
			result = each(dev, piece->address + (from - at), to - from, data);
		if (result)
			return result;
		at += piece->length;
	}
	return 0;
}

static int carveout_part_for_cpu(struct device *dev, dma_addr_t address, u64 length, void *data)
{
	dma_sync_single_for_cpu(dev, address, length, *(enum dma_data_direction *)data);
	return 0;
}

static int carveout_part_for_device(struct device *dev, dma_addr_t address, u64 length,
				    void *data)
{
	dma_sync_single_for_device(dev, address, length, *(enum dma_data_direction *)data);
	return 0;
}

static int carveout_sync(struct carveout_operation *op, carveout_part *each)
{
	struct carveout_mapping *mapping = op->mapping;
	enum dma_data_direction direction;
	s64 offset = op->field[SYNC_FOR_CPU_OFFSET];
	s64 length = op->field[SYNC_FOR_CPU_LENGTH];

	/* The rows of both operations have the same fields. */
	static_assert((int)SYNC_FOR_CPU_OFFSET == (int)SYNC_FOR_DEVICE_OFFSET);
	static_assert((int)SYNC_FOR_CPU_LENGTH == (int)SYNC_FOR_DEVICE_LENGTH);
	static_assert((int)SYNC_FOR_CPU_DIRECTION == (int)SYNC_FOR_DEVICE_DIRECTION);
	direction = carveout_direction(mapping, op->field[SYNC_FOR_CPU_DIRECTION]);
	if (length < 0)
		length = carveout_mapping_length(mapping) - offset;
	return carveout_parts(mapping, offset, length, each, &direction);
}

int carveout_sync_for_cpu(struct carveout_operation *op, struct carveout_reply *out)
{
	return carveout_sync(op, carveout_part_for_cpu);
}

int carveout_sync_for_device(struct carveout_operation *op, struct carveout_reply *out)
{
	return carveout_sync(op, carveout_part_for_device);
}

static int carveout_part_read(struct device *dev, dma_addr_t address, u64 length, void *data)
{
	return carveout_phys_read(data, dma_to_phys(dev, address), length);
}

int carveout_mapped_read(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_runs runs;
	int result;

	carveout_runs_begin(&runs, out);
	result = carveout_parts(op->mapping, op->field[MAPPED_READ_OFFSET],
				op->field[MAPPED_READ_LENGTH], carveout_part_read, &runs);
	carveout_runs_end(&runs);
	return result;
}

static int carveout_part_fill(struct device *dev, dma_addr_t address, u64 length, void *data)
{
	return carveout_phys_fill(dma_to_phys(dev, address), length, *(u8 *)data);
}

int carveout_mapped_write(struct carveout_operation *op, struct carveout_reply *out)
{
	u8 value = op->field[MAPPED_WRITE_VALUE];

	return carveout_parts(op->mapping, op->field[MAPPED_WRITE_OFFSET],
			      op->field[MAPPED_WRITE_LENGTH], carveout_part_fill, &value);
}
