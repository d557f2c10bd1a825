/* Cells of tiled columns, where a tile holds whole cells and nothing else: they stand in the file one after the other. */
#include "base/mem.h"
#include "stored/element.h"
#include "stored/parts.h"
#include "table/located.h"
#include <endian.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Neighbouring cells of a hypercube that a span of rows asks for. */
struct stretch {
    const cal_tiled_cube *cube;
    cal_extent cells;
};

struct stretches {
    struct stretch *item;
    int64_t count, room;
    cal_cell_bytes bytes;
};

/* Are elements in memory what they are in the file, or bits? */
static bool is_same(const cal_stored_column *column, cal_type type)
{
    return column->face.type == type &&
           (type == CAL_TYPE_BOOL ||
            (size_t)cal_element_bytes(column->element) == cal_type_bytes(type));
}

/* Bits of an element in the file; 0 where its bytes are not those of memory. */
static int plain_bits(const cal_stored *table, const cal_stored_column *column)
{
    if (table->little != (BYTE_ORDER == LITTLE_ENDIAN) || !column->face.is_array)
        return 0;
    return column->element == CAL_TP_BOOL ? 1 : 8 * cal_element_bytes(column->element);
}

static int64_t elements_of(const cal_tiled_cube *cube)
{
    int64_t elements = 1;
    for (int i = 0; i + 1 < cube->axes; i++)
        if (__builtin_mul_overflow(elements, cube->shape[i], &elements))
            return 0;
    return elements;
}

/* Tiles of whole cells of a whole number of bytes, of one column only. */
static bool is_plain(const cal_stored_column *column, const cal_tiled_cube *cube, int bits)
{
    if (!bits || !cube || cube->axes < 2 || column->manager->columns != 1 ||
        memcmp(cube->shape, cube->tile, (size_t)(cube->axes - 1) * sizeof *cube->shape))
        return false;
    int64_t elements = elements_of(cube);
    return elements > 0 && elements < INT64_MAX / 128 && elements * bits % 8 == 0;
}

static bool same_cells(const cal_tiled_cube *a, const cal_tiled_cube *b)
{
    return a->axes == b->axes &&
           !memcmp(a->shape, b->shape, (size_t)(a->axes - 1) * sizeof *a->shape);
}

/* False where a file cannot be as large as that. */
static bool add(struct stretches *found, const cal_tiled_cube *cube, int64_t place, int64_t index,
                int64_t count)
{
    int64_t end;
    if (place < 0 || __builtin_mul_overflow(place + count, found->bytes.file, &end) ||
        __builtin_add_overflow(end, cube->offset, &end))
        return false;
    int64_t offset = end - count * found->bytes.file;
    struct stretch *last = found->count ? &found->item[found->count - 1] : NULL;
    if (last && last->cube == cube &&
        offset == last->cells.offset + last->cells.count * found->bytes.file) {
        last->cells.count += count;
        return true;
    }
    if (found->count == found->room) {
        found->room = found->room ? 2 * found->room : 16;
        found->item = cal_grow(found->item, (size_t)found->room, sizeof *found->item);
    }
    found->item[found->count++] = (struct stretch){cube, {offset, index, count}};
    return true;
}

/* False where not all the cells can be had so; free(found->item) in any case. */
static bool find(const cal_stored *table, const cal_stored_column *column, const cal_span *rows,
                 struct stretches *found)
{
    int bits = plain_bits(table, column);
    const cal_tiled_cube *first = NULL;
    int64_t place, last;
    memset(found, 0, sizeof *found);
    for (int64_t i = 0, count; i < rows->count; i += count) {
        const cal_tiled_cube *cube =
            cal_tiled_find(column->manager->tiled, cal_span_at(rows, i), &place, &last);
        if (cube != first && !is_plain(column, cube, bits))
            return false;
        if (first && !same_cells(first, cube))
            return false;
        if (!first)
            found->bytes = (cal_cell_bytes){elements_of(cube) * bits / 8,
                                            elements_of(cube) * (bits == 1 ? 1 : bits / 8)};
        first = first ? first : cube;
        count = cal_span_neighbours(rows, i, last);
        if (!add(found, cube, place, i, count))
            return false;
    }
    return found->count > 0;
}

/* The cells of one file after the other, until body() says no. */
static bool each_file(const struct stretches *found,
                      bool (*body)(void *to, const struct stretches *found, const char *path,
                                   const cal_extent *extent, int64_t count),
                      void *to)
{
    cal_extent *extent = CAL_NEW_ARRAY(cal_extent, found->count);
    bool going = true;
    for (int64_t first = 0, end; first < found->count && going; first = end) {
        const cal_tiled_cube *cube = found->item[first].cube;
        for (end = first; end < found->count && found->item[end].cube == cube; end++)
            extent[end - first] = found->item[end].cells;
        going = body(to, found, cube->path, extent, end - first);
    }
    free(extent);
    return going;
}

/* ---- reading ---- */

static bool read_file(void *to, const struct stretches *found, const char *path,
                      const cal_extent *extent, int64_t count)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool read = fd >= 0 && !cal_extents_read(fd, found->bytes, extent, extent + count, to);
    if (fd >= 0)
        close(fd);
    return read;
}

/* Through memory of our own where the type is another one. */
static bool read_converted(const cal_stored_column *column, const struct stretches *found,
                           int64_t cells, cal_type type, void *out)
{
    int64_t bytes;
    if (__builtin_mul_overflow(cells, found->bytes.file, &bytes))
        return false;
    uint8_t *values = cal_alloc_aligned((size_t)bytes, 1);
    bool read = each_file(found, read_file, values);
    if (read)
        cal_element_read(column->element, values, BYTE_ORDER == LITTLE_ENDIAN, type,
                         bytes / cal_element_bytes(column->element), out);
    free(values);
    return read;
}

bool cal_tiled_get(const cal_stored *table, const cal_stored_column *column, cal_type type,
                   const cal_span *rows, void *out)
{
    struct stretches found;
    bool read = find(table, column, rows, &found) &&
                (is_same(column, type) ? each_file(&found, read_file, out)
                                       : read_converted(column, &found, rows->count, type, out));
    free(found.item);
    return read;
}

/* ---- places ---- */

static bool locate_file(void *to, const struct stretches *found, const char *path,
                        const cal_extent *extent, int64_t count)
{
    (void)found;
    return cal_located_add(to, path, false, extent, count);
}

/* The column, where its cells can be had as bytes of that type. */
static const cal_stored_column *find_plain(const cal_stored *table, const char *name, cal_type type)
{
    const cal_stored_column *column = cal_stored_column_named(table, name);
    return column && column->manager->tiled && is_same(column, type) ? column : NULL;
}

bool cal_stored_locate(cal_stored *table, const char *name, cal_type type, cal_span rows,
                       cal_located **located)
{
    struct stretches found = {0};
    const cal_stored_column *column = find_plain(table, name, type);
    *located = NULL;
    if (!cal_stored_column_named(table, name) || !cal_stored_has_rows(table, &rows))
        return false;
    if (column && find(table, column, &rows, &found)) {
        *located = cal_located_new(table->given, name, rows, found.bytes);
        if (!each_file(&found, locate_file, *located)) {
            cal_located_free(*located);
            *located = NULL;
        }
    }
    free(found.item);
    return true;
}

bool cal_stored_has_runs(cal_stored *table, const char *name, cal_type type)
{
    const cal_stored_column *column = find_plain(table, name, type);
    int64_t cubes = column ? cal_tiled_cubes(column->manager->tiled) : 0;
    for (int64_t i = 0; i < cubes; i++) {
        const cal_tiled_cube *cube = cal_tiled_cube_at(column->manager->tiled, i);
        if (cube->axes &&
            (!is_plain(column, cube, plain_bits(table, column)) || access(cube->path, R_OK)))
            return false;
    }
    return column;
}

bool cal_stored_find_runs(cal_stored *table, const char *name, cal_type type, cal_span rows,
                          int ndim, const int64_t *shape, cal_file_run **run, int64_t *count)
{
    struct stretches found = {0};
    const cal_stored_column *column = find_plain(table, name, type);
    if (!column || !cal_stored_has_rows(table, &rows) || !find(table, column, &rows, &found) ||
        found.item->cube->axes != ndim + 1 ||
        memcmp(found.item->cube->shape, shape, (size_t)ndim * sizeof *shape)) {
        free(found.item);
        return false;
    }
    *count = found.count;
    *run = CAL_NEW_ARRAY(cal_file_run, found.count);
    for (int64_t i = 0; i < found.count; i++)
        (*run)[i] = (cal_file_run){found.item[i].cube->path, found.item[i].cells.offset,
                                   found.item[i].cells.count * found.bytes.file};
    free(found.item);
    return true;
}
