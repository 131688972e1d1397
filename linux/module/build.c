// SPDX-License-Identifier: GPL-2.0-only
/* Operations that make tables of pages. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "carveout.h"

struct carveout_pages {
	struct page **pages;
	size_t count;
};

/* How many pages the operation lists; 0: a buffer that has no pages, or not so many. */
static size_t carveout_count_pages(struct carveout_operation *op)
{
	size_t whole = carveout_buffer_length(op->buffer) >> PAGE_SHIFT;
	struct carveout_reader spans = op->spans;
	size_t count = 0;

	if (!op->buffer->cpu || offset_in_page(op->buffer->phys))
		return 0;
	if (!op->nr_spans)
		return whole;
	for (u32 i = 0; i < op->nr_spans; i++) {
		u32 first = carveout_get_u32(&spans);
		u32 length = carveout_get_u32(&spans);

		if (!carveout_within(first, length, whole))
			return 0;
		count += length;
	}
	return count;
}

static void carveout_list_pages(struct carveout_operation *op, struct carveout_pages *list)
{
	struct page *page = pfn_to_page(PHYS_PFN(op->buffer->phys));
	struct carveout_reader spans = op->spans;
	size_t at = 0;

	if (!op->nr_spans) {
		for (; at < list->count; at++)
			list->pages[at] = nth_page(page, at);
		return;
	}
	for (u32 i = 0; i < op->nr_spans; i++) {
		u32 first = carveout_get_u32(&spans);
		u32 length = carveout_get_u32(&spans);

		for (u32 j = 0; j < length; j++)
			list->pages[at++] = nth_page(page, first + j);
	}
}

struct carveout_layout {
	s64 offset;
	s64 size;
	s64 max_segment;
	s64 more;
};

/* Is the data of the pages, from the first of them to the last? */
static bool carveout_fits(const struct carveout_layout *layout, size_t pages)
{
	return layout->offset >= 0 && layout->offset < PAGE_SIZE && layout->size > 0 &&
	       layout->max_segment >= 0 && layout->max_segment <= UINT_MAX &&
	       layout->more >= 0 && layout->more <= UINT_MAX &&
	       DIV_ROUND_UP(layout->offset + layout->size, PAGE_SIZE) == pages;
}

static int carveout_build(struct carveout_operation *op, struct carveout_reply *out,
			  struct carveout_table *table, struct carveout_layout *layout)
{
	struct carveout_pages list = { .count = carveout_count_pages(op) };
	int error;

	if (layout->size < 0)
		layout->size = list.count * PAGE_SIZE - layout->offset;
	if (!list.count || list.count > UINT_MAX || !carveout_fits(layout, list.count))
		return CARVEOUT_SKIPPED;
	list.pages = kvmalloc_array(list.count, sizeof(*list.pages), GFP_KERNEL);
	if (!list.pages) {
		out->failed = true;
		return CARVEOUT_SKIPPED;
	}
	carveout_list_pages(op, &list);
	error = sg_alloc_append_table_from_pages(&table->append, list.pages, list.count,
						 layout->offset, layout->size,
						 layout->max_segment, layout->more, GFP_KERNEL);
	kvfree(list.pages);
	if (error)
		return error;
	table->promised = layout->more;
	carveout_add_buffer(table, op->buffer, out);
	return 0;
}

int carveout_sg_from_pages(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_table *table = carveout_new_table(out);
	struct carveout_layout layout = {
		.offset = op->field[SG_FROM_PAGES_OFFSET],
		.size = op->field[SG_FROM_PAGES_SIZE],
		.max_segment = op->field[SG_FROM_PAGES_MAX_SEGMENT],
		.more = op->field[SG_FROM_PAGES_MORE],
	};
	int result;

	if (!table)
		return CARVEOUT_SKIPPED;
	table->made = TABLE_APPENDED;
	result = carveout_build(op, out, table, &layout);
	if (result) {
		carveout_delete_table(table);
		return result;
	}
	return carveout_define_table(op, out, table);
}

int carveout_sg_append(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_table *table = op->table;
	struct carveout_layout layout = {
		.offset = op->field[SG_APPEND_OFFSET],
		.size = op->field[SG_APPEND_SIZE],
		.max_segment = op->field[SG_APPEND_MAX_SEGMENT],
		.more = op->field[SG_APPEND_MORE],
	};
	int result;

	/* Nor is a closed table appended to: the place of its last entry is forgotten then. */
	if (carveout_count_pages(op) + layout.more > table->promised)
		return CARVEOUT_SKIPPED;
	result = carveout_build(op, out, table, &layout);
	return result ?: carveout_put_entries(table, out);
}
