#include "image/islands.h"

#include "base/mem.h"
#include <math.h>
#include <string.h>

size_t cal_mask_count(const uint8_t *mask, size_t count)
{
    size_t set = 0;
    for (size_t i = 0; i < count; i++)
        set += mask[i] != 0;
    return set;
}

/* ---- islands ---- */

typedef struct flood {
    const cal_image *image;
    double level;
    uint8_t *seen;
    size_t *pixel, count; /* of the island */
} flood;

static void visit(flood *f, size_t at)
{
    if (!f->seen[at] && f->image->pixel[at] >= f->level) {
        f->seen[at] = 1;
        f->pixel[f->count++] = at;
    }
}

/* The list of pixels is what is still to be looked around from, too. */
static void fill_from(flood *f, size_t seed)
{
    size_t nx = (size_t)f->image->nx, ny = (size_t)f->image->ny;
    f->count = 0;
    visit(f, seed);
    for (size_t next = 0; next < f->count; next++) {
        size_t at = f->pixel[next], x = at % nx, y = at / nx;
        if (x > 0)
            visit(f, at - 1);
        if (x + 1 < nx)
            visit(f, at + 1);
        if (y > 0)
            visit(f, at - nx);
        if (y + 1 < ny)
            visit(f, at + nx);
    }
}

int cal_mask_islands(const cal_image *image, double level, double least, uint8_t *mask)
{
    size_t count = cal_image_pixels(image);
    flood f = {.image = image,
               .level = level,
               .seen = CAL_NEW_ARRAY(uint8_t, count),
               .pixel = CAL_NEW_ARRAY(size_t, count)};
    int islands = 0;
    for (size_t seed = 0; seed < count; seed++) {
        fill_from(&f, seed);
        if (!f.count || (double)f.count < least)
            continue;
        islands++;
        for (size_t i = 0; i < f.count; i++)
            mask[f.pixel[i]] = 1;
    }
    free(f.seen);
    free(f.pixel);
    return islands;
}

/* ---- margins ---- */

static bool is_edge(const uint8_t *mask, int nx, int ny, int x, int y)
{
    const uint8_t *at = mask + (size_t)y * (size_t)nx + x;
    return *at && ((x > 0 && !at[-1]) || (x + 1 < nx && !at[1]) || (y > 0 && !at[-nx]) ||
                   (y + 1 < ny && !at[nx]));
}

static void set_disk(uint8_t *mask, int nx, int ny, int x, int y, double radius)
{
    int reach = (int)radius;
    for (int j = -reach; j <= reach; j++)
        for (int i = -reach; i <= reach; i++)
            if (hypot(i, j) <= radius && x + i >= 0 && x + i < nx && y + j >= 0 && y + j < ny)
                mask[(size_t)(y + j) * (size_t)nx + (size_t)(x + i)] = 1;
}

void cal_mask_dilate(uint8_t *mask, int nx, int ny, double radius)
{
    size_t count = (size_t)nx * (size_t)ny;
    uint8_t *old = CAL_NEW_ARRAY(uint8_t, count);
    memcpy(old, mask, count);
    for (int y = 0; y < ny; y++)
        for (int x = 0; x < nx; x++)
            if (is_edge(old, nx, ny, x, y))
                set_disk(mask, nx, ny, x, y, radius);
    free(old);
}
