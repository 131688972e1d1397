// SPDX-License-Identifier: GPL-2.0-only
/* Operations that give memory to devices, and take it back. */
#include <linux/dma-direct.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "carveout.h"

gfp_t carveout_gfp(s64 choice)
{
	/* A full zone is an answer like any other: nobody is killed for it. */
	gfp_t gfp = choice == CHOICE_GFP_ATOMIC ? GFP_ATOMIC : GFP_KERNEL | __GFP_NORETRY;

	return gfp | __GFP_NOWARN;
}

unsigned long carveout_attrs(s64 flags)
{
	static const struct {
		s64 flag;
		unsigned long attr;
	} attrs[] = {
		{ FLAG_ATTRS_WEAK_ORDERING, DMA_ATTR_WEAK_ORDERING },
		{ FLAG_ATTRS_WRITE_COMBINE, DMA_ATTR_WRITE_COMBINE },
		{ FLAG_ATTRS_NO_KERNEL_MAPPING, DMA_ATTR_NO_KERNEL_MAPPING },
		{ FLAG_ATTRS_SKIP_CPU_SYNC, DMA_ATTR_SKIP_CPU_SYNC },
		{ FLAG_ATTRS_FORCE_CONTIGUOUS, DMA_ATTR_FORCE_CONTIGUOUS },
		{ FLAG_ATTRS_ALLOC_SINGLE_PAGES, DMA_ATTR_ALLOC_SINGLE_PAGES },
		{ FLAG_ATTRS_NO_WARN, DMA_ATTR_NO_WARN },
		{ FLAG_ATTRS_PRIVILEGED, DMA_ATTR_PRIVILEGED },
	};
	unsigned long result = 0;

	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++) {
		if (flags & attrs[i].flag)
			result |= attrs[i].attr;
	}
	return result;
}

/* NULL: there is no memory for it, and the reply has failed. */
struct carveout_buffer *carveout_new_buffer(struct carveout_operation *op,
					    struct carveout_reply *out,
					    enum carveout_source source)
{
	struct carveout_buffer *buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);

	if (!buffer) {
		out->failed = true;
		return NULL;
	}
	buffer->source = source;
	buffer->device = op->device;
	buffer->refs = 1;
	buffer->live = true;
	return buffer;
}

void carveout_get_buffer(struct carveout_buffer *buffer)
{
	buffer->refs++;
}

void carveout_put_buffer(struct carveout_buffer *buffer)
{
	if (!--buffer->refs)
		kfree(buffer);
}

struct device *carveout_via(struct carveout_operation *op)
{
	return carveout_dev(op->device ?: op->buffer->device);
}

/* The label and its memory are gone; tables may know the address still. */
static void carveout_end_buffer(struct carveout_buffer *buffer)
{
	carveout_forget(&buffer->thing);
	buffer->live = false;
	carveout_put_buffer(buffer);
}

static void carveout_free_dma(struct carveout_buffer *buffer, struct device *dev,
			      dma_addr_t handle)
{
	if (buffer->source == FROM_DMA)
		dma_free_attrs(dev, buffer->size, buffer->cookie, handle, buffer->attrs);
	else
		dma_free_pages(dev, buffer->size, buffer->cookie, handle, buffer->direction);
}

/*
 * The memory is found by what its device is bound to, so that must be as when it was given; and by
 * its handle, which may mean other bytes where windows overlap, so there are none now.
 */
void carveout_drop_buffer(struct carveout_thing *thing)
{
	struct carveout_buffer *buffer = container_of(thing, struct carveout_buffer, thing);

	/*
	 * A pool that answers a request for 0 bytes took nothing. One without pages would not know
	 * the address again, and the kernel would free as many pages as there can be.
	 */
	if (buffer->device && buffer->size) {
		struct device *dev = carveout_dev(buffer->device);
		struct carveout_binding now = carveout_binding_of(dev);

		carveout_bind(dev, &buffer->binding);
		dev->dma_range_map = NULL;
		carveout_free_dma(buffer, dev, buffer->phys);
		carveout_bind(dev, &now);
	} else if (!buffer->device) {
		carveout_free_own_pages(buffer);
	}
	carveout_end_buffer(buffer);
}

static bool carveout_is_of_pool(const struct carveout_thing *thing, const void *pool)
{
	return container_of(thing, struct carveout_buffer, thing)->binding.pool == pool;
}

/* Does a buffer of the pool live? */
bool carveout_pool_is_used(struct dma_coherent_mem *pool)
{
	return carveout_any(CARVEOUT_BUFFER, carveout_is_of_pool, pool);
}

/* Where the kernel looks for the device's contiguous memory. (dev_get_cma_area) */
static struct cma *carveout_area_of(struct device *dev)
{
	if (dev->cma_area || !carveout_kernel.default_area)
		return dev->cma_area;
	return *carveout_kernel.default_area;
}

static int carveout_define_dma(struct carveout_operation *op, struct carveout_reply *out,
			       struct carveout_buffer *buffer)
{
	carveout_define(&buffer->thing, CARVEOUT_BUFFER, op->label);
	carveout_put_result(out, RESULT_PHYS, buffer->phys);
	carveout_put_result(out, RESULT_HANDLE, buffer->handle);
	if (buffer->cpu)
		carveout_put_bytes(out, buffer->cpu, buffer->size);
	return 0;
}

static phys_addr_t carveout_phys_of(const void *cpu)
{
	if (is_vmalloc_addr(cpu))
		return PFN_PHYS(vmalloc_to_pfn(cpu)) + offset_in_page(cpu);
	return virt_to_phys(cpu);
}

/* Where the memory is, by what dma_alloc_attrs() answered: an address, or a page as a cookie. */
static void carveout_place(struct carveout_buffer *buffer)
{
	struct page *page = buffer->cookie;

	/* A pool ignores the attribute; it is asked first, and nobody is asked after it. */
	if (!buffer->binding.pool && (buffer->attrs & DMA_ATTR_NO_KERNEL_MAPPING)) {
		buffer->phys = page_to_phys(page);
		return;
	}
	buffer->cpu = buffer->cookie;
	buffer->phys = carveout_phys_of(buffer->cpu);
}

int carveout_alloc_coherent(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_buffer *buffer = carveout_new_buffer(op, out, FROM_DMA);
	struct device *dev = carveout_dev(op->device);

	if (!buffer)
		return CARVEOUT_SKIPPED;
	buffer->size = op->field[ALLOC_COHERENT_SIZE];
	buffer->attrs = carveout_attrs(op->field[ALLOC_COHERENT_ATTRS]);
	buffer->atomic = !dev->dma_coherent && op->field[ALLOC_COHERENT_GFP] == CHOICE_GFP_ATOMIC;
	buffer->binding = carveout_binding_of(dev);
	buffer->area = carveout_area_of(dev);
	buffer->cookie = dma_alloc_attrs(dev, buffer->size, &buffer->handle,
					 carveout_gfp(op->field[ALLOC_COHERENT_GFP]),
					 buffer->attrs);
	if (!buffer->cookie) {
		carveout_put_buffer(buffer);
		return CARVEOUT_NONE;
	}
	carveout_place(buffer);
	return carveout_define_dma(op, out, buffer);
}

int carveout_alloc_noncoherent(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_buffer *buffer = carveout_new_buffer(op, out, FROM_DMA_PAGES);
	struct device *dev = carveout_dev(op->device);
	struct page *page;

	if (!buffer)
		return CARVEOUT_SKIPPED;
	buffer->size = op->field[ALLOC_NONCOHERENT_SIZE];
	buffer->direction = op->field[ALLOC_NONCOHERENT_DIRECTION];
	buffer->binding = carveout_binding_of(dev);
	buffer->area = carveout_area_of(dev);
	/* Pools of the device are never asked. */
	buffer->binding.pool = NULL;
	page = dma_alloc_pages(dev, buffer->size, &buffer->handle, buffer->direction,
			       carveout_gfp(op->field[ALLOC_NONCOHERENT_GFP]));
	if (!page) {
		carveout_put_buffer(buffer);
		return CARVEOUT_NONE;
	}
	buffer->cookie = page;
	buffer->cpu = page_address(page);
	buffer->phys = page_to_phys(page);
	return carveout_define_dma(op, out, buffer);
}

static bool carveout_is_of_area(const struct carveout_buffer *buffer)
{
	struct cma *area = buffer->area;

	return area && carveout_kernel.area_base && carveout_kernel.area_size &&
	       buffer->phys - carveout_kernel.area_base(area) < carveout_kernel.area_size(area);
}

/* Does the kernel find the memory's owner through the device? Otherwise it would free another's. */
static bool carveout_leads_back(const struct carveout_buffer *buffer, struct device *dev)
{
	if (buffer->binding.pool)
		return dev->dma_mem == buffer->binding.pool;
	if (dev != carveout_dev(buffer->device))
		return false;
	if (carveout_is_of_area(buffer) && carveout_area_of(dev) != buffer->area)
		return false;
	/* All but these are found by their handle. */
	return buffer->atomic || !buffer->cpu || buffer->source == FROM_DMA_PAGES ||
	       dma_to_phys(dev, buffer->handle) == buffer->phys;
}

int carveout_free(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_buffer *buffer = op->buffer;

	if (!buffer->device || buffer->mappings || !carveout_leads_back(buffer, carveout_via(op)))
		return CARVEOUT_SKIPPED;
	carveout_free_dma(buffer, carveout_via(op), buffer->handle);
	carveout_end_buffer(buffer);
	return 0;
}

int carveout_free_pages(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_buffer *buffer = op->buffer;

	if (buffer->device || buffer->mappings)
		return CARVEOUT_SKIPPED;
	carveout_free_own_pages(buffer);
	carveout_end_buffer(buffer);
	return 0;
}
