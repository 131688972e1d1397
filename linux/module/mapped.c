// SPDX-License-Identifier: GPL-2.0-only
/* Operations while something is mapped: what the CPU must do, and what the device does. */
#include <linux/dma-direct.h>

#include "carveout.h"

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

/* As drivers sync all of a table. */
static void carveout_sync_table(struct carveout_mapping *mapping, bool for_cpu,
				enum dma_data_direction direction)
{
	struct device *dev = carveout_dev(mapping->device);
	struct sg_table *sgt = &mapping->table->append.sgt;

	if (for_cpu)
		dma_sync_sgtable_for_cpu(dev, sgt, direction);
	else
		dma_sync_sgtable_for_device(dev, sgt, direction);
}

static int carveout_sync(struct carveout_operation *op, bool for_cpu)
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
	if (length < 0 && !offset && mapping->table) {
		carveout_sync_table(mapping, for_cpu, direction);
		return 0;
	}
	if (length < 0)
		length = carveout_mapping_length(mapping) - offset;
	return carveout_parts(mapping, offset, length,
			      for_cpu ? carveout_part_for_cpu : carveout_part_for_device,
			      &direction);
}

int carveout_sync_for_cpu(struct carveout_operation *op, struct carveout_reply *out)
{
	return carveout_sync(op, true);
}

int carveout_sync_for_device(struct carveout_operation *op, struct carveout_reply *out)
{
	return carveout_sync(op, false);
}

/* What a device reaches by the address that it was told. */
static phys_addr_t carveout_reached(struct device *dev, dma_addr_t address)
{
	return dma_to_phys(dev, carveout_told_address(dev, address));
}

static int carveout_part_read(struct device *dev, dma_addr_t address, u64 length, void *data)
{
	return carveout_phys_read(data, carveout_reached(dev, address), length);
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
	return carveout_phys_fill(carveout_reached(dev, address), length, *(u8 *)data);
}

int carveout_mapped_write(struct carveout_operation *op, struct carveout_reply *out)
{
	u8 value = op->field[MAPPED_WRITE_VALUE];

	return carveout_parts(op->mapping, op->field[MAPPED_WRITE_OFFSET],
			      op->field[MAPPED_WRITE_LENGTH], carveout_part_fill, &value);
}
