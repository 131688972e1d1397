// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices as a setup describes them. They are never added to the bus: no driver is theirs, and of a
 * device the DMA layer wants only what initializing gives it, and a node for its memory regions.
 */
#include <linux/dma-direct.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/slab.h>

#include "carveout.h"

/* Bytes of the shortest description of a device. */
#define DEVICE_BYTES_MIN 68
#define WINDOW_BYTES 24

static struct carveout_device *carveout_devices;
static u32 carveout_nr_devices;

struct carveout_binding carveout_binding_of(struct device *dev)
{
	return (struct carveout_binding){
		.pool = dev->dma_mem,
		.area = dev->cma_area,
		.windows = dev->dma_range_map,
	};
}

void carveout_bind(struct device *dev, const struct carveout_binding *binding)
{
	dev->dma_mem = binding->pool;
	dev->cma_area = binding->area;
	dev->dma_range_map = binding->windows;
}

/* NULL: there is none of this index. */
struct carveout_device *carveout_device(s64 index)
{
	return index >= 0 && index < carveout_nr_devices ? &carveout_devices[index] : NULL;
}

/* The driver core frees the map with the device. It ends with a window of no bytes. */
static int carveout_make_windows(struct carveout_reader *in, struct device *dev)
{
	u32 count = carveout_get_u32(in);
	struct bus_dma_region *map;

	if (count > (in->end - in->at) / WINDOW_BYTES) {
		in->bad = true;
		return -EINVAL;
	}
	if (!count)
		return 0;
	map = kcalloc(count + 1, sizeof(*map), GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	for (u32 i = 0; i < count; i++) {
		map[i].cpu_start = carveout_get_u64(in);
		map[i].dma_start = carveout_get_u64(in);
		map[i].size = carveout_get_u64(in);
	}
	dev->dma_range_map = map;
	return 0;
}

static int carveout_name_device(struct device *dev, u32 index)
{
	char path[32];

	snprintf(path, sizeof(path), "/carveout-device@%u", index);
	dev->of_node = of_find_node_by_path(path);
	if (!dev->of_node)
		return -ENODEV;
	return dev_set_name(dev, "carveout-device%u", index);
}

static int carveout_make_device(struct carveout_reader *in, struct carveout_device *device,
				u32 index)
{
	struct platform_device *pdev = platform_device_alloc("carveout-device", index);
	struct device *dev;
	bool has_mask;
	u64 mask;
	int error;

	if (!pdev)
		return -ENOMEM;
	device->pdev = pdev;
	dev = &pdev->dev;
	error = carveout_name_device(dev, index);
	if (error)
		return error;
	dev->dma_coherent = carveout_get_u64(in);
	has_mask = carveout_get_u64(in);
	mask = carveout_get_u64(in);
	if (has_mask)
		*dev->dma_mask = mask;
	else
		dev->dma_mask = NULL;
	dev->coherent_dma_mask = carveout_get_u64(in);
	dev->bus_dma_limit = carveout_get_u64(in);
	dev->dma_parms->max_segment_size = min_t(u64, carveout_get_u64(in), UINT_MAX);
	dev->dma_parms->segment_boundary_mask = carveout_get_u64(in);
	dev->dma_parms->min_align_mask = carveout_get_u64(in);
	return carveout_make_windows(in, dev);
}

/* Those that were made before an error are removed with the next setup. */
int carveout_make_devices(struct carveout_reader *in)
{
	u32 count = carveout_get_u32(in);

	if (count > (in->end - in->at) / DEVICE_BYTES_MIN) {
		in->bad = true;
		return -EINVAL;
	}
	carveout_devices = kcalloc(count, sizeof(*carveout_devices), GFP_KERNEL);
	if (!carveout_devices)
		return -ENOMEM;
	for (u32 i = 0; i < count; i++) {
		int error;

		carveout_nr_devices = i + 1;
		error = carveout_make_device(in, &carveout_devices[i], i);
		if (error)
			return error;
	}
	return 0;
}

static void carveout_remove_device(struct carveout_device *device)
{
	if (!device->pdev)
		return;
	if (device->declared)
		carveout_kernel.release(carveout_dev(device));
	of_reserved_mem_device_release(carveout_dev(device));
	platform_device_put(device->pdev);
}

void carveout_remove_devices(void)
{
	for (u32 i = 0; i < carveout_nr_devices; i++)
		carveout_remove_device(&carveout_devices[i]);
	kfree(carveout_devices);
	carveout_devices = NULL;
	carveout_nr_devices = 0;
}
