/* For meta*.c only: columns of a subtable into the members of an array of structs. */
#ifndef CAL_MS_META_ROWS_H
#define CAL_MS_META_ROWS_H

#include "ms/meta.h"
#include <stddef.h>

typedef struct cal_member {
    const char *column;
    cal_type type;
    size_t offset, size; /* of the member in its struct */
    bool needed;         /* the column must be there */
} cal_member;

#define MEMBER_(column, kind, record, field, needed)                                               \
    {                                                                                              \
        column, CAL_TYPE_##kind, offsetof(record, field), sizeof(((record *)0)->field), needed     \
    }
#define MEMBER(column, kind, record, field) MEMBER_(column, kind, record, field, false)
#define NEEDED(column, kind, record, field) MEMBER_(column, kind, record, field, true)

/* Fill `member`s of one struct per row. A column that is not there leaves numbers as they are and
 * texts empty; a cell that is larger or smaller than its member is CAL_INPUT. */
cal_status cal_members_read(cal_table *table, const cal_member *member, size_t members, void *base,
                            size_t stride, cal_error *err);
/* Free the texts that cal_members_read() put into `count` structs. */
void cal_members_free_texts(const cal_member *member, size_t members, void *base, size_t stride,
                            int count);

/* The numbers of one cell, exactly `wanted` of them (freed by the caller); NULL where the column,
 * the cell or that many numbers are missing. */
double *cal_cell_doubles(cal_table *table, const char *column, int64_t row, int wanted);

/* FIELD has columns of its own kind: polynomials and frames that may differ from row to row
 * (meta_field.c). */
cal_status cal_meta_load_fields(cal_table *table, cal_meta *meta, cal_error *err);
void cal_meta_free_fields(cal_meta *meta);

#endif
