// SPDX-License-Identifier: GPL-2.0-only
/* Streaming mappings: what is remembered of them, and how they end. */
#include <linux/dma-direct.h>
#include <linux/slab.h>

#include "carveout.h"

/* NULL: there is no memory for it, and the reply has failed. */
struct carveout_mapping *carveout_new_mapping(struct carveout_operation *op,
					      struct carveout_reply *out,
					      enum dma_data_direction direction,
					      unsigned int nr_pieces)
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

int carveout_define_mapping(struct carveout_operation *op, struct carveout_mapping *mapping)
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

	if (mapping->nr_pieces && carveout_leaks(dev, first->address))
		return;
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
enum dma_data_direction carveout_direction(const struct carveout_mapping *mapping, s64 choice)
{
	if (choice == CHOICE_UNMAP_DIRECTION_MAPPED)
		return mapping->direction;
	return choice - CHOICE_UNMAP_DIRECTION_BIDIRECTIONAL;
}

int carveout_unmap(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_mapping *mapping = op->mapping;

	carveout_unmap_pieces(mapping, carveout_direction(mapping, op->field[UNMAP_DIRECTION]),
			      carveout_told_attrs(carveout_attrs(op->field[UNMAP_ATTRS])));
	carveout_end_mapping(mapping);
	return 0;
}
