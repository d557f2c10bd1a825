/* A table with every kind of cell that is read from files: types, scalars and arrays, long texts, cells without value, many buckets. */
#ifndef TESTS_UNIT_STORED_H
#define TESTS_UNIT_STORED_H

#include "base/json.h"
#include "base/mem.h"
#include "table.h"
#include "tools.h"

enum { STORED_ROWS = 200, STORED_BUCKET = 1000, STORED_TYPES = CAL_TYPE_OTHER };

static const char *const stored_managers[] = {"Standard", "Slow"};

/* "STANDARD_INT_FIXED" and so on. */
static inline char *stored_name(int manager, int type, const char *kind)
{
    static const char *const types[] = {"BOOL",   "INT",     "INT64",    "FLOAT",
                                        "DOUBLE", "COMPLEX", "DCOMPLEX", "TEXT"};
    return cal_format("%s_%s_%s", manager ? "SLOW" : "STANDARD", types[type], kind);
}

/* Element k of a row, for any type: its first bytes are used. */
static inline void stored_fill(cal_type type, int row, int count, void *cells)
{
    for (int k = 0; k < count; k++) {
        int value = row / 3 * 7 + k;
        if (type == CAL_TYPE_BOOL)
            ((uint8_t *)cells)[k] = value % 3 == 1;
        else if (type == CAL_TYPE_INT)
            ((int32_t *)cells)[k] = value - 500;
        else if (type == CAL_TYPE_INT64)
            ((int64_t *)cells)[k] = (value - 500) * 10000000000;
        else if (type == CAL_TYPE_FLOAT || type == CAL_TYPE_COMPLEX)
            for (int part = 0; part <= (type == CAL_TYPE_COMPLEX); part++)
                ((float *)cells)[type == CAL_TYPE_COMPLEX ? 2 * k + part : k] =
                    (float)value / 3 + (float)part;
        else if (type != CAL_TYPE_TEXT)
            for (int part = 0; part <= (type == CAL_TYPE_DCOMPLEX); part++)
                ((double *)cells)[type == CAL_TYPE_DCOMPLEX ? 2 * k + part : k] = value / 7. - part;
    }
}

/* Texts of all lengths up to 40, and in row 50 one that is longer than a bucket (IncrementalStMan has none). */
static inline void stored_texts(int manager, int row, int count, char **text)
{
    for (int k = 0; k < count; k++) {
        int length = row == 50 && !manager ? 3 * STORED_BUCKET : (row / 3 + 11 * k) % 41;
        text[k] = cal_alloc((size_t)length + 1, 1);
        memset(text[k], 'a' + row % 26, (size_t)length);
    }
}

static inline bool stored_put(cal_table *table, int manager, cal_type type, const char *kind,
                              int row, int ndim, const int64_t *shape)
{
    char *name = stored_name(manager, type, kind);
    double cells[64];
    char *text[16] = {0};
    int count = 1;
    cal_error err = {0};
    for (int i = 0; i < ndim; i++)
        count *= (int)shape[i];
    stored_fill(type, row, count, cells);
    if (type == CAL_TYPE_TEXT)
        stored_texts(manager, row, count, text);
    const void *values = type == CAL_TYPE_TEXT ? (void *)text : cells;
    cal_status status =
        ndim ? cal_table_put_cell(table, name, type, row, ndim, shape, values, &err)
             : cal_table_put(table, name, type, cal_span_range(row, 1), values, &err);
    for (int k = 0; k < count && type == CAL_TYPE_TEXT; k++)
        free(text[k]);
    free(name);
    if (status)
        printf("# %s\n", err.text);
    return !status;
}

static inline bool stored_put_row(cal_table *table, int manager, cal_type type, int row)
{
    int64_t fixed[] = {3}, ragged[] = {1 + row / 40 % 3, 2};
    bool fixed_texts = type == CAL_TYPE_TEXT && manager;
    return stored_put(table, manager, type, "ONE", row, 0, NULL) &&
           (fixed_texts || stored_put(table, manager, type, "FIXED", row, 1, fixed)) &&
           (row % 5 == 4 || stored_put(table, manager, type, "RAGGED", row, 2, ragged));
}

/* Cells of two shapes in tiles of some rows, the last rows without any. */
static inline bool stored_put_tiles(cal_table *table, int row)
{
    int64_t shape[] = {2, 5 + row / 100}, tile[] = {2, 5 + row / 100, 7};
    float cells[2 * 2 * 6];
    uint8_t flags[8];
    cal_span rows = cal_span_range(row, 1);
    cal_error err = {0};
    stored_fill(CAL_TYPE_COMPLEX, row, (int)shape[1] * 2, cells);
    stored_fill(CAL_TYPE_BOOL, row, 8, flags);
    return !cal_table_put(table, "TILED_FLAG", CAL_TYPE_BOOL, rows, flags, &err) &&
           (row > 190 || (!cal_table_set_shape(table, "TILED", rows, 2, shape, tile, &err) &&
                          !cal_table_put(table, "TILED", CAL_TYPE_COMPLEX, rows, cells, &err)));
}

static inline bool stored_keywords(cal_table *table)
{
    cal_error err = {0};
    return !cal_table_set_keyword(table, NULL, "THINGS",
                                  unit_json("{'a': 1, 'b': [1.5, 2], 'c': {'d': 'text', 'e': "
                                            "[true, false]}, 'f': ['x', ''], 'g': {}}"),
                                  &err) &&
           !cal_table_set_keyword(table, "STANDARD_INT_ONE", "UNIT", unit_json("'m'"), &err) &&
           !cal_table_set_info(table, "Kind of table", "", &err);
}

/* Made at `path` with rows 0 .. rows - 1. */
static inline bool stored_make(const char *path, int rows)
{
    enum { COLUMNS = 2 * STORED_TYPES * 3 + 2 };
    cal_manager_def managers[] = {
        {.name = "Standard", .type = "StandardStMan", .bucket = STORED_BUCKET},
        {.name = "Slow", .type = "IncrementalStMan", .bucket = STORED_BUCKET},
        {.name = "Tiles", .type = "TiledShapeStMan"},
        {.name = "Tile", .type = "TiledColumnStMan", .tile = {8, 30}}};
    cal_column_def column[COLUMNS] = {0};
    cal_table *table = NULL;
    cal_error err = {0};
    int count = 0;
    for (int m = 0; m < 2; m++)
        for (int type = 0; type < STORED_TYPES; type++) {
            cal_column_def def = {.type = (cal_type)type, .manager = stored_managers[m]};
            def.name = stored_name(m, type, "ONE");
            column[count++] = def;
            def.name = stored_name(m, type, "RAGGED");
            def.ndim = 2;
            column[count++] = def;
            if (type == CAL_TYPE_TEXT && m)
                continue;
            def.name = stored_name(m, type, "FIXED");
            def.ndim = 1;
            def.shape[0] = 3;
            column[count++] = def;
        }
    column[count++] = (cal_column_def){
        .name = cal_copy_text("TILED"), .type = CAL_TYPE_COMPLEX, .ndim = 2, .manager = "Tiles"};
    column[count++] = (cal_column_def){.name = cal_copy_text("TILED_FLAG"),
                                       .type = CAL_TYPE_BOOL,
                                       .ndim = 1,
                                       .shape = {8},
                                       .manager = "Tile"};
    cal_table_def definition = {
        .column = column, .columns = count, .manager = managers, .managers = 4};
    bool made = !cal_table_create(path, &definition, rows, &table, &err) && stored_keywords(table);
    for (int row = 0; row < rows && made; row++) {
        made = stored_put_tiles(table, row);
        for (int m = 0; m < 2; m++)
            for (int type = 0; type < STORED_TYPES && made; type++)
                made = stored_put_row(table, m, (cal_type)type, row);
    }
    made = !cal_table_close(table, &err) && made;
    if (!made)
        printf("# %s\n", err.text);
    for (int i = 0; i < count; i++)
        free((char *)column[i].name);
    return made;
}

#endif
