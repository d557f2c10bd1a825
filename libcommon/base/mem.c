#include "base/mem.h"

#include "base/error.h"
#include "base/mode.h"
#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *there(void *memory)
{
    if (!memory) {
        fprintf(stderr, "%s: out of memory\n", cal_mode_now.tool);
        _exit(CAL_BUG);
    }
    return memory;
}

void *cal_alloc(size_t count, size_t size)
{
    return there(calloc(count ? count : 1, size ? size : 1));
}

void *cal_grow(void *old, size_t count, size_t size)
{
    return there(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *cal_copy_text(const char *text)
{
    return text ? there(strdup(text)) : NULL;
}

char *cal_format(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    return there(length < 0 ? NULL : text);
}

void *cal_alloc_aligned(size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - 64) / size)
        return there(NULL);
    size_t bytes = (count * size + 63) / 64 * 64;
    return there(aligned_alloc(64, bytes ? bytes : 64));
}

void cal_zero_new_memory(bool on)
{
    enum { COMPLEMENT_OF_ZERO = 255 };
    mallopt(M_PERTURB, on ? COMPLEMENT_OF_ZERO : 0);
}
