/* TiledShapeStMan and TiledColumnStMan: which hypercube holds a row, and how that is cut into tiles. */
#include "base/mem.h"
#include "stored/parts.h"
#include <string.h>

struct cal_tiled {
    bool
        by_shape; /* TiledShapeStMan: rows are dealt out to cubes by a map; else all are in the only one */
    cal_tiled_cube *cube;
    int64_t cubes;
    /* The map: runs of rows, by their last row; its cube, and its place there. */
    uint64_t *last_row, *cube_of, *last_place;
    int64_t runs;
};

/* Counts became wider with the third version. */
static int64_t wider(cal_bytes *bytes, uint32_t version)
{
    return version >= 3 ? (int64_t)cal_bytes_u64(bytes) : cal_bytes_u32(bytes);
}

static void read_cube(cal_bytes *bytes, const char *path, int sequence, cal_tiled_cube *cube)
{
    uint32_t version = cal_bytes_u32(bytes);
    cal_bytes_skip_object(bytes); /* values of its coordinates and ids */
    cal_bytes_u8(bytes);          /* can it grow? */
    cal_bytes_u32(bytes);         /* axes */
    cube->axes = cal_bytes_shape(bytes, cube->shape, CAL_MAX_DIM + 1);
    if (cal_bytes_shape(bytes, cube->tile, CAL_MAX_DIM + 1) != cube->axes)
        bytes->bad = true;
    cube->path = cal_format("%s/table.f%d_TSM%d", path, sequence, cal_bytes_i32(bytes));
    cube->offset = version == 1 ? cal_bytes_u32(bytes) : (int64_t)cal_bytes_u64(bytes);
}

static void skip_files(cal_bytes *bytes, uint32_t version)
{
    int64_t files = wider(bytes, version);
    for (int64_t i = 0; i < files && !bytes->bad; i++)
        if (cal_bytes_u8(bytes) & 1)
            cal_bytes_take(bytes, cal_bytes_u32(bytes) == 1 ? 8 : 12);
}

static void read_cubes(cal_bytes *bytes, uint32_t version, const char *path, int sequence,
                       cal_tiled *tiled)
{
    enum { LEAST = 64 }; /* bytes of a cube's description */
    tiled->cubes = wider(bytes, version);
    if (tiled->cubes < 0 || tiled->cubes > (bytes->end - bytes->at) / LEAST)
        bytes->bad = true;
    if (bytes->bad)
        tiled->cubes = 0;
    tiled->cube = CAL_NEW_ARRAY(cal_tiled_cube, tiled->cubes);
    for (int64_t i = 0; i < tiled->cubes; i++)
        read_cube(bytes, path, sequence, &tiled->cube[i]);
}

/* What both kinds have. */
static void read_common(cal_bytes *file, const char *path, bool little, cal_stored_manager *manager,
                        int64_t rows, cal_tiled *tiled)
{
    uint32_t version;
    cal_bytes bytes = cal_bytes_object(file, "TiledStMan", &version);
    bool big = version >= 2 ? cal_bytes_u8(&bytes) & 1 : true;
    bool alike = big != little && cal_bytes_u32(&bytes) == (uint32_t)manager->sequence &&
                 wider(&bytes, version) == rows &&
                 cal_bytes_u32(&bytes) == (uint32_t)manager->columns;
    cal_bytes_take(&bytes, alike ? 4 * (int64_t)manager->columns : -1); /* their types */
    cal_bytes_name(&bytes, manager->name, sizeof manager->name);
    wider(&bytes, version); /* the largest cache */
    cal_bytes_u32(&bytes);  /* axes */
    skip_files(&bytes, version);
    read_cubes(&bytes, version, path, manager->sequence, tiled);
    file->bad |= bytes.bad;
}

static void read_map(cal_bytes *bytes, cal_tiled *tiled)
{
    int64_t rows, cubes, places, tile[CAL_MAX_DIM + 1];
    cal_bytes_shape(bytes, tile, CAL_MAX_DIM + 1); /* of cubes to come */
    tiled->runs = cal_bytes_u32(bytes);
    tiled->last_row = cal_bytes_block(bytes, false, &rows);
    tiled->cube_of = cal_bytes_block(bytes, false, &cubes);
    tiled->last_place = cal_bytes_block(bytes, false, &places);
    if (rows < tiled->runs || cubes < tiled->runs || places < tiled->runs)
        bytes->bad = true;
}

static void read_head(cal_bytes *bytes, const char *path, bool little, cal_stored_manager *manager,
                      int64_t rows, cal_tiled *tiled)
{
    int64_t tile[CAL_MAX_DIM + 1];
    uint32_t version;
    cal_bytes object = cal_bytes_outermost(bytes, manager->type, &version);
    tiled->by_shape = !strcmp(manager->type, "TiledShapeStMan");
    if (!tiled->by_shape)
        cal_bytes_shape(&object, tile, CAL_MAX_DIM + 1);
    read_common(&object, path, little, manager, rows, tiled);
    if (tiled->by_shape)
        read_map(&object, tiled);
    bytes->bad |= object.bad || tiled->cubes < 1;
}

cal_tiled *cal_tiled_open(const char *path, bool little, cal_stored_manager *manager, int64_t rows)
{
    int64_t size;
    char *name = cal_format("%s/table.f%d", path, manager->sequence);
    uint8_t *head = cal_window_read_file(name, &size);
    free(name);
    if (!head)
        return NULL;
    cal_tiled *tiled = CAL_NEW(cal_tiled);
    cal_bytes bytes = {head, head + size, false, false};
    read_head(&bytes, path, little, manager, rows, tiled);
    free(head);
    if (!bytes.bad)
        return tiled;
    cal_tiled_close(tiled);
    return NULL;
}

void cal_tiled_close(cal_tiled *tiled)
{
    if (!tiled)
        return;
    for (int64_t i = 0; i < tiled->cubes; i++)
        free(tiled->cube[i].path);
    free(tiled->cube);
    free(tiled->last_row);
    free(tiled->cube_of);
    free(tiled->last_place);
    free(tiled);
}

/* Rows behind the map have no cell yet: they are in the first cube, which has no shape. */
const cal_tiled_cube *cal_tiled_find(const cal_tiled *tiled, int64_t row, int64_t *place,
                                     int64_t *last)
{
    int64_t run = tiled->by_shape ? cal_stored_before(tiled->last_row, tiled->runs, row) : 0;
    bool mapped = tiled->by_shape && run < tiled->runs;
    int64_t number = mapped ? (int64_t)tiled->cube_of[run] : 0;
    *last = mapped ? (int64_t)tiled->last_row[run] : INT64_MAX;
    *place = mapped ? (int64_t)tiled->last_place[run] - (*last - row) : row;
    return number < tiled->cubes ? &tiled->cube[number] : NULL;
}

int64_t cal_tiled_cubes(const cal_tiled *tiled)
{
    return tiled->cubes;
}

const cal_tiled_cube *cal_tiled_cube_at(const cal_tiled *tiled, int64_t index)
{
    return &tiled->cube[index];
}
