/* table.dat: what a table holds and which manager stores it. */
#include "base/mem.h"
#include "stored/element.h"
#include "stored/parts.h"
#include <stdio.h>
#include <string.h>

/* ---- columns ---- */

/* A value for cells that were never written stands at the end of a scalar column's description, but for records. */
static void skip_value(cal_bytes *bytes, int type)
{
    int size = type == CAL_TP_BOOL ? 1 : cal_element_bytes(type);
    if (type == CAL_TP_STRING)
        cal_bytes_skip_text(bytes);
    else if (type != CAL_TP_RECORD)
        cal_bytes_take(bytes, size ? size : -1);
}

static void read_column(cal_bytes *bytes, cal_stored_column *column)
{
    enum { DIRECT = 1, UNDEFINABLE = 2, FIXED = 4 };
    char kind[CAL_NAME_MAX];
    int64_t shape[CAL_MAX_DIM];
    cal_column *face = &column->face;
    cal_bytes_u32(bytes); /* versions of two classes, with the name of one between them */
    cal_bytes_name(bytes, kind, sizeof kind);
    cal_bytes_u32(bytes);
    face->is_array = !strncmp(kind, "ArrayColumnDesc", 15);
    if (strncmp(kind, "ArrayColumnDesc", 15) && strncmp(kind, "ScalarColumnDesc", 16) &&
        strcmp(kind, "ScalarRecordColumnDesc"))
        bytes->bad = true;
    cal_bytes_name(bytes, face->name, sizeof face->name);
    if (strlen(face->name) == CAL_NAME_MAX - 1)
        bytes->bad = true;      /* it may be cut */
    for (int i = 0; i < 3; i++) /* comment, manager as it was wished for */
        cal_bytes_skip_text(bytes);
    column->element = cal_bytes_i32(bytes);
    int options = cal_bytes_i32(bytes), axes = cal_bytes_i32(bytes);
    int shaped = face->is_array ? cal_bytes_shape(bytes, shape, CAL_MAX_DIM) : 0;
    column->max_length = cal_bytes_i32(bytes);
    column->keywords = *bytes;
    cal_bytes_skip_object(bytes);
    cal_bytes_u32(bytes);
    skip_value(bytes, face->is_array ? CAL_TP_BOOL : column->element);
    face->type = cal_element_type(column->element);
    face->fixed = face->is_array && options & FIXED;
    face->ndim = !face->is_array ? 0 : axes > 0 ? axes : -1;
    for (int i = 0; i < shaped && face->fixed; i++)
        face->shape[i] = shape[i];
    column->direct = options & DIRECT;
    column->undefinable = options & UNDEFINABLE || column->element == CAL_TP_RECORD;
    column->elements = !face->is_array;
}

static void read_description(cal_bytes *file, cal_stored *table)
{
    uint32_t version;
    cal_bytes bytes = cal_bytes_object(file, "TableDesc", &version);
    for (int i = 0; i < 3; i++) /* name, version and comment of the description */
        cal_bytes_skip_text(&bytes);
    table->keywords = bytes;
    cal_bytes_skip_object(&bytes);
    if (version > 1)
        cal_bytes_skip_object(&bytes); /* keywords of casacore's own */
    table->columns = (int)cal_bytes_count(&bytes, 64);
    table->column = CAL_NEW_ARRAY(cal_stored_column, table->columns);
    for (int i = 0; i < table->columns && !bytes.bad; i++)
        read_column(&bytes, &table->column[i]);
    file->bad |= bytes.bad;
}

/* ---- managers ---- */

/* The second version and the third differ in the width of counts and in a way of storing that is not known here: all files in one. */
static void read_managers(cal_bytes *bytes, cal_stored *table)
{
    enum { SEPARATE_FILES = 2 };
    int version = -cal_bytes_i32(bytes);
    cal_bytes_take(bytes, version == 2 ? 4 : 8); /* rows */
    int option = version == 2 ? SEPARATE_FILES : cal_bytes_i32(bytes);
    cal_bytes_take(bytes, version == 2 ? 0 : 4);
    if (version < 2 || version > 3 || option != SEPARATE_FILES)
        bytes->bad = true;
    cal_bytes_u32(bytes); /* how many there ever were */
    table->managers = (int)cal_bytes_count(bytes, 8);
    table->manager = CAL_NEW_ARRAY(cal_stored_manager, table->managers);
    for (int i = 0; i < table->managers; i++) {
        cal_bytes_name(bytes, table->manager[i].type, sizeof table->manager->type);
        table->manager[i].sequence = cal_bytes_i32(bytes);
    }
}

static cal_stored_manager *find_manager(const cal_stored *table, int sequence)
{
    for (int i = 0; i < table->managers; i++)
        if (table->manager[i].sequence == sequence)
            return &table->manager[i];
    return NULL;
}

/* The shape of fixed cells stands here once more, and this is the one that counts. */
static void read_fixed_shape(cal_bytes *bytes, cal_stored_column *column)
{
    cal_column *face = &column->face;
    face->ndim = cal_bytes_shape(bytes, face->shape, CAL_MAX_DIM);
    column->elements = 1;
    for (int i = 0; i < face->ndim; i++)
        bytes->bad |= __builtin_mul_overflow(column->elements, face->shape[i], &column->elements);
}

/* Which manager has the column. Managers number their columns in the order of the table's. */
static void read_place(cal_bytes *bytes, cal_stored *table, cal_stored_column *column)
{
    if (cal_bytes_u32(bytes) < 2)
        bytes->bad = true; /* very old: keywords follow */
    cal_bytes_skip_text(bytes);
    cal_bytes_u32(bytes);
    column->manager = find_manager(table, cal_bytes_i32(bytes));
    bool shaped = column->face.is_array && cal_bytes_u8(bytes) & 1;
    if (shaped)
        read_fixed_shape(bytes, column);
    if (!column->manager || shaped != column->face.fixed)
        bytes->bad = true;
    else
        column->number = column->manager->columns++;
}

static cal_bytes read_setup(cal_bytes *bytes)
{
    int64_t length = cal_bytes_count(bytes, 1);
    const uint8_t *setup = cal_bytes_take(bytes, length);
    return (cal_bytes){setup, setup ? setup + length : NULL, false, !setup};
}

static bool open_manager(cal_stored *table, cal_stored_manager *manager, cal_bytes setup)
{
    const char *path = table->path, *type = manager->type;
    if (!strcmp(type, "StandardStMan"))
        manager->standard = cal_standard_open(path, table->little, manager, setup);
    else if (!strcmp(type, "IncrementalStMan"))
        manager->incremental = cal_incremental_open(path, table->little, manager, setup);
    else if (!strcmp(type, "TiledShapeStMan") || !strcmp(type, "TiledColumnStMan"))
        manager->tiled = cal_tiled_open(path, table->little, manager, table->rows);
    manager->arrays = cal_array_file_new(path, manager->sequence, table->little);
    return manager->standard || manager->incremental || manager->tiled;
}

static bool open_managers(cal_stored *table, cal_bytes *bytes)
{
    bool opened = !bytes->bad;
    for (int i = 0; i < table->managers && opened; i++) {
        cal_bytes setup = read_setup(bytes);
        opened = open_manager(table, &table->manager[i], setup);
    }
    for (int i = 0; i < table->columns && opened; i++) {
        cal_stored_column *column = &table->column[i];
        snprintf(column->face.manager, CAL_NAME_MAX, "%s", column->manager->name);
        snprintf(column->face.manager_type, CAL_NAME_MAX, "%s", column->manager->type);
    }
    return opened;
}

/* ---- the whole ---- */

bool cal_stored_describe(cal_stored *table, cal_bytes file, int64_t rows)
{
    uint32_t version;
    char kind[CAL_NAME_MAX];
    cal_bytes bytes = cal_bytes_outermost(&file, "Table", &version);
    int64_t stated = version > 2 ? (int64_t)cal_bytes_u64(&bytes) : cal_bytes_u32(&bytes);
    table->rows = rows ? rows : stated;
    table->little = cal_bytes_u32(&bytes) != 0;
    cal_bytes_name(&bytes, kind, sizeof kind);
    if (version < 2 || version > 3 || strcmp(kind, "PlainTable") || table->rows < 0)
        return false;
    read_description(&bytes, table);
    read_managers(&bytes, table);
    for (int i = 0; i < table->columns && !bytes.bad; i++)
        read_place(&bytes, table, &table->column[i]);
    return open_managers(table, &bytes);
}
