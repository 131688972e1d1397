/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * carveout.ko does the operations of carveout's operation table with the kernel's own functions.
 * One thread asks and one answers: whatever is global here is guarded by the lock of main.c.
 */
#ifndef CARVEOUT_H
#define CARVEOUT_H

#include <linux/dma-mapping.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

#include "operations.h"

/* What an operation comes to: 0, a negative errno, or one of these. */
enum {
	CARVEOUT_NONE = 1,	/* NULL or DMA_MAPPING_ERROR */
	CARVEOUT_SKIPPED = 2,	/* nothing to apply to */
};

/* wire.c: frames, little endian. */

struct carveout_reader {
	const u8 *at;
	const u8 *end;
	bool bad;	/* it was read past the end; what was got since then is 0 */
};

struct carveout_reply {
	u8 *data;
	size_t length;
	size_t capacity;
	size_t answer;	/* where the answer that is being written begins */
	size_t list;	/* where the count of the list that is being written is */
	bool failed;	/* no memory for it: what is in it means nothing */
};

u8 carveout_get_u8(struct carveout_reader *in);
u32 carveout_get_u32(struct carveout_reader *in);
u64 carveout_get_u64(struct carveout_reader *in);

void carveout_put(struct carveout_reply *out, const void *from, size_t length);
void carveout_put_u8(struct carveout_reply *out, u8 value);
void carveout_put_u32(struct carveout_reply *out, u32 value);
void carveout_put_u64(struct carveout_reply *out, u64 value);

void carveout_answer_begin(struct carveout_reply *out);
void carveout_answer_end(struct carveout_reply *out, int result);
void carveout_put_result(struct carveout_reply *out, enum carveout_result field, u64 value);
void carveout_list_begin(struct carveout_reply *out, enum carveout_result field);
void carveout_list_add(struct carveout_reply *out, u64 first, u64 second);

/* labels.c: what lives, by the number the host gave it. */

enum carveout_kind { CARVEOUT_BUFFER, CARVEOUT_TABLE, CARVEOUT_MAPPING };

/* The first member of everything that has a label. */
struct carveout_thing {
	enum carveout_kind kind;
	s64 label;
};

bool carveout_reserve(s64 label);
void carveout_unreserve(s64 label);
void carveout_define(struct carveout_thing *thing, enum carveout_kind kind, s64 label);
void *carveout_find(enum carveout_kind kind, s64 label);
void carveout_forget(struct carveout_thing *thing);
void carveout_for_each(enum carveout_kind kind, void (*each)(struct carveout_thing *thing));
bool carveout_any(enum carveout_kind kind,
		  bool (*test)(const struct carveout_thing *thing, const void *data),
		  const void *data);

/* devices.c */

struct bus_dma_region;
struct cma;
struct dma_coherent_mem;

struct carveout_device {
	struct platform_device *pdev;
	/* What it was declared to have, while it has it. */
	struct dma_coherent_mem *declared;
	phys_addr_t declared_phys;
	dma_addr_t declared_dma;
	u64 declared_size;
};

static inline struct device *carveout_dev(struct carveout_device *device)
{
	return &device->pdev->dev;
}

/* What the way back from an address leads through: it must be as it was on the way there. */
struct carveout_binding {
	struct dma_coherent_mem *pool;
	struct cma *area;
	const struct bus_dma_region *windows;
};

struct carveout_binding carveout_binding_of(struct device *dev);
void carveout_bind(struct device *dev, const struct carveout_binding *binding);

struct carveout_device *carveout_device(s64 index);
int carveout_make_devices(struct carveout_reader *in);
void carveout_remove_devices(void);

/* run.c */

struct carveout_operation {
	enum carveout_op op;
	s64 label;	/* the one it defines */
	s64 field[CARVEOUT_FIELDS_MAX];
	struct carveout_reader spans;
	u32 nr_spans;
	/* What the fields name. All that are named live. */
	struct carveout_device *device;	/* NULL: left out */
	struct carveout_buffer *buffer;
	struct carveout_table *table;
	struct carveout_mapping *mapping;
};

typedef int carveout_handler(struct carveout_operation *op, struct carveout_reply *out);

void carveout_run(struct carveout_reader *in, struct carveout_reply *out);

/* setup.c */

int carveout_setup(struct carveout_reader *in);
void carveout_take_back(void);

/* buffers.c, pages.c */

enum carveout_source { FROM_DMA, FROM_DMA_PAGES, FROM_ORDER, FROM_EXACT, FROM_CONTIG };

struct carveout_buffer {
	struct carveout_thing thing;
	enum carveout_source source;
	struct carveout_device *device;	/* NULL: memory of the kernel's own */
	size_t size;			/* as asked for */
	void *cpu;			/* NULL: nobody may look at it */
	phys_addr_t phys;
	unsigned int order;
	/* What dma_free_attrs() wants to be told again. */
	void *cookie;
	dma_addr_t handle;
	unsigned long attrs;
	enum dma_data_direction direction;
	bool atomic;			/* of a pool for callers that may not sleep */
	struct carveout_binding binding;
	struct cma *area;		/* that was asked first; NULL: none */
	/* Those who know the address of this. */
	unsigned int refs;
	unsigned int mappings;
	bool live;
};

struct carveout_buffer *carveout_new_buffer(struct carveout_operation *op,
					    struct carveout_reply *out,
					    enum carveout_source source);
void carveout_get_buffer(struct carveout_buffer *buffer);
void carveout_put_buffer(struct carveout_buffer *buffer);
void carveout_drop_buffer(struct carveout_thing *thing);
bool carveout_pool_is_used(struct dma_coherent_mem *pool);
void carveout_free_own_pages(struct carveout_buffer *buffer);
int carveout_make_arenas(struct carveout_reader *in);
gfp_t carveout_gfp(s64 choice);
unsigned long carveout_attrs(s64 flags);
/* The device that is named, or the one that allocated the buffer. */
struct device *carveout_via(struct carveout_operation *op);

static inline size_t carveout_buffer_length(const struct carveout_buffer *buffer)
{
	return PAGE_ALIGN(buffer->size);
}

/* Does [offset, offset + length) lie within the first @whole bytes? */
static inline bool carveout_within(s64 offset, s64 length, u64 whole)
{
	return offset >= 0 && length >= 0 && offset <= whole && length <= whole - offset;
}

/* tables.c */

struct carveout_table {
	struct carveout_thing thing;
	struct sg_append_table append;	/* its sgt is the table */
	enum { TABLE_APPENDED, TABLE_PLAIN, TABLE_SPLIT } made;
	struct carveout_buffer **buffers;
	unsigned int nr_buffers;
	u64 promised;			/* pages that are still to be appended, at most */
	bool mapped;
};

struct carveout_table *carveout_new_table(struct carveout_reply *out);
void carveout_add_buffer(struct carveout_table *table, struct carveout_buffer *buffer,
			 struct carveout_reply *out);
int carveout_put_entries(struct carveout_table *table, struct carveout_reply *out);
int carveout_define_table(struct carveout_operation *op, struct carveout_reply *out,
			  struct carveout_table *table);
void carveout_delete_table(struct carveout_table *table);
void carveout_drop_table(struct carveout_thing *thing);
bool carveout_is_usable(const struct carveout_table *table);

/* mappings.c */

struct carveout_piece {
	u64 address;
	u64 length;
};

struct carveout_mapping {
	struct carveout_thing thing;
	struct carveout_device *device;
	struct carveout_binding binding;
	enum dma_data_direction direction;
	/* What it is of; neither: registers. */
	struct carveout_buffer *buffer;
	struct carveout_table *table;
	unsigned int nr_pieces;
	struct carveout_piece pieces[];
};

struct carveout_mapping *carveout_new_mapping(struct carveout_operation *op,
					      struct carveout_reply *out,
					      enum dma_data_direction direction,
					      unsigned int nr_pieces);
int carveout_define_mapping(struct carveout_operation *op, struct carveout_mapping *mapping);
enum dma_data_direction carveout_direction(const struct carveout_mapping *mapping, s64 choice);
void carveout_drop_mapping(struct carveout_thing *thing);
bool carveout_is_found(const struct carveout_mapping *mapping);

/* runs.c: bytes as run lengths. */

struct carveout_runs {
	struct carveout_reply *out;
	u64 value;
	u64 count;
};

void carveout_runs_begin(struct carveout_runs *runs, struct carveout_reply *out);
void carveout_runs_add(struct carveout_runs *runs, const void *from, size_t length);
void carveout_runs_end(struct carveout_runs *runs);
void carveout_put_bytes(struct carveout_reply *out, const void *from, size_t length);

/* access.c: memory by its physical address, as devices reach it. */

int carveout_phys_read(struct carveout_runs *runs, phys_addr_t phys, u64 length);
int carveout_phys_fill(phys_addr_t phys, u64 length, u8 value);

/* bounce.c */

struct io_tlb_mem;
struct io_tlb_mem *carveout_bounce_memory(void);
void carveout_put_bounce_pool(struct carveout_reply *out);
int carveout_check_areas(void);
int carveout_reset_bounce_pool(void);

/* mmap.c */

int carveout_mmap_file(struct file *file, struct vm_area_struct *vma);
/* The file whose pages vm_mmap() maps. */
extern struct file *carveout_file;

/* symbols.c: what modules are not given; NULL: this kernel has nothing of that name. */

struct carveout_symbols {
	int (*declare)(struct device *dev, phys_addr_t phys, dma_addr_t dma, size_t size);
	void (*release)(struct device *dev);
	int (*set_offset)(struct device *dev, phys_addr_t cpu, dma_addr_t dma, u64 size);
	bool (*coherent_ok)(struct device *dev, phys_addr_t phys, size_t size);
	phys_addr_t (*area_base)(const struct cma *area);
	unsigned long (*area_size)(const struct cma *area);
	struct cma *const *default_area;
};

extern struct carveout_symbols carveout_kernel;
int carveout_find_symbols(void);

/* oops.c */

/* Place in its batch of the operation that is being done; negative: none is. */
extern int carveout_now;
int carveout_watch(void);
void carveout_unwatch(void);

/* lie.c */

dma_addr_t carveout_told_address(struct device *dev, dma_addr_t address);
bool carveout_lies_about_bytes(void);
unsigned long carveout_told_attrs(unsigned long attrs);
bool carveout_leaks(struct device *dev, dma_addr_t address);
int carveout_check_lie(void);

/* The operations. */
carveout_handler carveout_set_mask, carveout_set_coherent_mask, carveout_set_offset;
carveout_handler carveout_phys_to_dma, carveout_dma_to_phys, carveout_coherent_ok;
carveout_handler carveout_capable, carveout_required_mask, carveout_addressing_limited;
carveout_handler carveout_max_mapping_size, carveout_opt_mapping_size;
carveout_handler carveout_declare, carveout_release, carveout_attach, carveout_detach;
carveout_handler carveout_alloc_coherent, carveout_alloc_noncoherent, carveout_free;
carveout_handler carveout_write, carveout_read, carveout_device_read, carveout_device_write;
carveout_handler carveout_mmap;
carveout_handler carveout_alloc_pages, carveout_alloc_exact, carveout_alloc_contig;
carveout_handler carveout_free_pages;
carveout_handler carveout_sg_from_pages, carveout_sg_append, carveout_sg_of_buffer;
carveout_handler carveout_sg_split, carveout_sg_nents_for_len, carveout_sg_read;
carveout_handler carveout_sg_write, carveout_sg_free;
carveout_handler carveout_map_page, carveout_map_sgtable, carveout_map_resource;
carveout_handler carveout_unmap, carveout_sync_for_cpu, carveout_sync_for_device;
carveout_handler carveout_need_sync, carveout_mapped_read, carveout_mapped_write;

#endif
