// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/carveout: a request is written in one call, the reply to it, which begins with its length,
 * is read until its end. All is done in the context of the writer: mmap needs its memory map, and
 * an Oops kills it.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>
#include <linux/utsname.h>

#include "carveout.h"

#define REQUEST_HELLO 1
#define REQUEST_SETUP 2
#define REQUEST_RUN 3

static DEFINE_MUTEX(carveout_lock);
static struct carveout_reply carveout_reply;

static void carveout_hello(struct carveout_reply *out)
{
	const char *release = init_utsname()->release;

	carveout_put_u32(out, strlen(release));
	carveout_put(out, release, strlen(release));
	carveout_put_bounce_pool(out);
}

static void carveout_request(struct carveout_reader *in, struct carveout_reply *out)
{
	switch (carveout_get_u8(in)) {
	case REQUEST_HELLO:
		carveout_hello(out);
		break;
	case REQUEST_SETUP:
		carveout_put_u32(out, -carveout_setup(in));
		break;
	case REQUEST_RUN:
		carveout_run(in, out);
		break;
	default:
		in->bad = true;
	}
	/* A frame is read to its last byte. */
	if (in->at != in->end)
		in->bad = true;
}

/* A request that cannot be read, or a reply there is no memory for, is answered by no bytes. */
static int carveout_answer(struct carveout_reader *in, struct carveout_reply *out)
{
	out->length = 0;
	out->failed = false;
	carveout_put_u32(out, 0);
	carveout_request(in, out);
	if (!out->data)
		return -ENOMEM;
	if (in->bad || out->failed)
		out->length = sizeof(u32);
	put_unaligned_le32(out->length - sizeof(u32), out->data);
	return 0;
}

static ssize_t carveout_file_write(struct file *file, const char __user *from, size_t length,
				   loff_t *at)
{
	u8 *frame = vmemdup_user(from, length);
	struct carveout_reader in = { .at = frame, .end = frame + length };
	int error;

	if (IS_ERR(frame))
		return PTR_ERR(frame);
	mutex_lock(&carveout_lock);
	carveout_file = file;
	error = carveout_answer(&in, &carveout_reply);
	carveout_file = NULL;
	mutex_unlock(&carveout_lock);
	kvfree(frame);
	*at = 0;
	return error ?: length;
}

static ssize_t carveout_file_read(struct file *file, char __user *to, size_t length, loff_t *at)
{
	ssize_t got;

	mutex_lock(&carveout_lock);
	got = simple_read_from_buffer(to, length, at, carveout_reply.data, carveout_reply.length);
	mutex_unlock(&carveout_lock);
	return got;
}

static const struct file_operations carveout_fops = {
	.owner = THIS_MODULE,
	.read = carveout_file_read,
	.write = carveout_file_write,
	.mmap = carveout_mmap_file,
};

static struct miscdevice carveout_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "carveout",
	.fops = &carveout_fops,
};

static int __init carveout_init(void)
{
	int error = carveout_check_lie();

	if (error)
		return error;
	error = carveout_find_symbols();
	if (error)
		return error;
	error = carveout_check_areas();
	if (error)
		return error;
	error = carveout_watch();
	if (error)
		return error;
	error = misc_register(&carveout_misc);
	if (error)
		carveout_unwatch();
	return error;
}

static void __exit carveout_exit(void)
{
	misc_deregister(&carveout_misc);
	carveout_take_back();
	carveout_unwatch();
	kvfree(carveout_reply.data);
}

module_init(carveout_init);
module_exit(carveout_exit);

MODULE_DESCRIPTION("Does the operations of carveout with the DMA layer of this kernel");
MODULE_LICENSE("GPL");
