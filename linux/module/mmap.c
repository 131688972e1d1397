// SPDX-License-Identifier: GPL-2.0-only
/* The operation that maps pages of a buffer for a process: the one that asks, and not for long. */
#include <linux/mm.h>
#include <linux/mman.h>

#include "carveout.h"

struct file *carveout_file;

/* What is being mapped, and its first page frame. */
static struct carveout_operation *carveout_mmap_op;
static u64 carveout_mmap_pfn;

static int carveout_mmap_buffer(struct carveout_operation *op, struct vm_area_struct *vma)
{
	struct carveout_buffer *buffer = op->buffer;
	s64 size = op->field[MMAP_SIZE];

	if (size < 0)
		size = buffer->size;
	if (buffer->source == FROM_DMA_PAGES)
		return dma_mmap_pages(carveout_via(op), vma, size, buffer->cookie);
	return dma_mmap_attrs(carveout_via(op), vma, buffer->cookie, buffer->handle, size,
			      buffer->attrs);
}

int carveout_mmap_file(struct file *file, struct vm_area_struct *vma)
{
	struct follow_pfnmap_args first = { .vma = vma, .address = vma->vm_start };
	int error;

	if (!carveout_mmap_op)
		return -ENODEV;
	/* Any offset may be asked for, not only those that vm_mmap() has bytes for. */
	vma->vm_pgoff = carveout_mmap_op->field[MMAP_OFFSET];
	error = carveout_mmap_buffer(carveout_mmap_op, vma);
	if (error)
		return error;
	error = follow_pfnmap_start(&first);
	if (error)
		return error;
	carveout_mmap_pfn = first.pfn;
	follow_pfnmap_end(&first);
	return 0;
}

int carveout_mmap(struct carveout_operation *op, struct carveout_reply *out)
{
	u64 pages = op->field[MMAP_PAGES];
	unsigned long at;
	int error;

	if (!op->buffer->device || pages > TASK_SIZE >> PAGE_SHIFT)
		return CARVEOUT_SKIPPED;
	carveout_mmap_op = op;
	at = vm_mmap(carveout_file, 0, pages << PAGE_SHIFT, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	carveout_mmap_op = NULL;
	if (IS_ERR_VALUE(at))
		return at;
	error = vm_munmap(at, pages << PAGE_SHIFT);
	if (error)
		return error;
	carveout_put_result(out, RESULT_PFN, carveout_mmap_pfn);
	return 0;
}
