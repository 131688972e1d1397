// SPDX-License-Identifier: GPL-2.0-only
/* Operations on the bytes of buffers: what the CPU sees of them, and the device by its handle. */
#include <linux/dma-direct.h>
#include <linux/mm.h>

#include "carveout.h"

static bool carveout_has(const struct carveout_buffer *buffer, s64 offset, s64 length)
{
	return carveout_within(offset, length, carveout_buffer_length(buffer));
}

int carveout_write(struct carveout_operation *op, struct carveout_reply *out)
{
	s64 offset = op->field[WRITE_OFFSET];
	s64 length = op->field[WRITE_LENGTH];

	if (!op->buffer->cpu || !carveout_has(op->buffer, offset, length))
		return CARVEOUT_SKIPPED;
	memset(op->buffer->cpu + offset, op->field[WRITE_VALUE], length);
	return 0;
}

int carveout_read(struct carveout_operation *op, struct carveout_reply *out)
{
	s64 offset = op->field[READ_OFFSET];
	s64 length = op->field[READ_LENGTH];

	if (!op->buffer->cpu || !carveout_has(op->buffer, offset, length))
		return CARVEOUT_SKIPPED;
	carveout_put_bytes(out, op->buffer->cpu + offset, length);
	return 0;
}

/* A declared pool answers at the addresses it was declared with, whatever the windows say. */
static phys_addr_t carveout_behind(struct carveout_device *device, dma_addr_t handle)
{
	u64 at = handle - device->declared_dma;

	if (device->declared && at < round_down(device->declared_size, PAGE_SIZE))
		return round_down(device->declared_phys, PAGE_SIZE) + at;
	return dma_to_phys(carveout_dev(device), handle);
}

/*
 * What the device means by the handle: that of its own buffer, and not after a window has come that
 * gives the handle another meaning. Nothing may be there.
 */
static bool carveout_reaches(struct carveout_operation *op, s64 offset, s64 length,
			     phys_addr_t *phys)
{
	struct carveout_buffer *buffer = op->buffer;
	struct carveout_device *device = buffer->device;

	if (!device || carveout_via(op) != carveout_dev(device) ||
	    !carveout_has(buffer, offset, length))
		return false;
	*phys = carveout_behind(device, buffer->handle + offset);
	return carveout_dev(device)->dma_range_map == buffer->binding.windows ||
	       *phys == buffer->phys + offset;
}

int carveout_device_read(struct carveout_operation *op, struct carveout_reply *out)
{
	s64 length = op->field[DEVICE_READ_LENGTH];
	struct carveout_runs runs;
	phys_addr_t phys;
	int result;

	if (!carveout_reaches(op, op->field[DEVICE_READ_OFFSET], length, &phys))
		return CARVEOUT_SKIPPED;
	carveout_runs_begin(&runs, out);
	result = carveout_phys_read(&runs, phys, length);
	carveout_runs_end(&runs);
	return result;
}

int carveout_device_write(struct carveout_operation *op, struct carveout_reply *out)
{
	s64 length = op->field[DEVICE_WRITE_LENGTH];
	phys_addr_t phys;

	if (!carveout_reaches(op, op->field[DEVICE_WRITE_OFFSET], length, &phys))
		return CARVEOUT_SKIPPED;
	return carveout_phys_fill(phys, length, op->field[DEVICE_WRITE_VALUE]);
}
