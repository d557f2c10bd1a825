/* The FIELD subtable. */
#include "base/json.h"
#include "base/mem.h"
#include "ms/meta_rows.h"
#include <string.h>

static const cal_member field_members[] = {NEEDED("NAME", TEXT, cal_field, name),
                                           MEMBER("CODE", TEXT, cal_field, code),
                                           MEMBER("SOURCE_TYPE", TEXT, cal_field, source_type),
                                           MEMBER("SOURCE_ID", INT, cal_field, source_id),
                                           MEMBER("TIME", DOUBLE, cal_field, time),
                                           MEMBER("FLAG_ROW", BOOL, cal_field, flag_row)};

/* A direction column: the constant term of each row's polynomial, whose cells have the shape {2,
 * terms}. */
static void read_directions(cal_table *table, const char *column, size_t offset, cal_meta *meta)
{
    int ndim;
    int64_t shape[CAL_MAX_DIM];
    for (int i = 0; i < meta->fields && cal_table_has_column(table, column); i++) {
        void *values;
        int64_t count;
        if (!cal_table_cell_shape(table, column, i, &ndim, shape) ||
            cal_table_get_cell(table, column, CAL_TYPE_DOUBLE, i, &values, &count, NULL))
            continue;
        if (count >= 2)
            memcpy((char *)&meta->field[i] + offset, values, 2 * sizeof(double));
        free(values);
    }
}

/* A frame's name from the code in a VarRefCol: codes are the writer's, listed beside their names in
 * MEASINFO. */
static char *frame_of_code(jv measinfo, int code)
{
    jv codes = cal_json_at(measinfo, "TabRefCodes"), names = cal_json_at(measinfo, "TabRefTypes");
    char *frame = NULL;
    if (jv_get_kind(codes) == JV_KIND_ARRAY && jv_get_kind(names) == JV_KIND_ARRAY) {
        jv_array_foreach(codes, i, value)
        {
            jv name = jv_array_get(jv_copy(names), i);
            if (!frame && jv_get_kind(name) == JV_KIND_STRING &&
                jv_get_kind(value) == JV_KIND_NUMBER && (int)jv_number_value(value) == code)
                frame = cal_copy_text(jv_string_value(name));
            jv_free(name);
            jv_free(value);
        }
    }
    jv_free(codes);
    jv_free(names);
    return frame ? frame : cal_copy_text(cal_direction_frame_name(code));
}

/* The frame of PHASE_DIR is one for the column (Ref), or stands in the column that VarRefCol names,
 * as text or as a code. */
static cal_status read_direction_frames(cal_table *table, cal_meta *meta, cal_error *err)
{
    jv keywords = cal_table_keywords(table, "PHASE_DIR");
    jv measinfo = cal_json_at(keywords, "MEASINFO");
    const char *column = cal_json_text_at(measinfo, "VarRefCol", "");
    cal_column described = {.type = CAL_TYPE_OTHER};
    cal_table_find_column(table, column, &described);
    cal_status status = CAL_OK;
    for (int i = 0; i < meta->fields && !status; i++) {
        char **frame = &meta->field[i].frame;
        int32_t code = 0;
        if (described.type == CAL_TYPE_TEXT)
            status = cal_table_get(table, column, CAL_TYPE_TEXT, cal_span_range(i, 1), frame, err);
        else if (described.type == CAL_TYPE_INT &&
                 !(status = cal_table_get(table, column, CAL_TYPE_INT, cal_span_range(i, 1), &code,
                                          err)))
            *frame = frame_of_code(measinfo, code);
        if (!*frame)
            *frame = cal_copy_text(cal_json_text_at(measinfo, "Ref", "J2000"));
    }
    jv_free(measinfo);
    jv_free(keywords);
    return status;
}

cal_status cal_meta_load_fields(cal_table *table, cal_meta *meta, cal_error *err)
{
    meta->fields = (int)cal_table_rows(table);
    meta->field = CAL_NEW_ARRAY(cal_field, meta->fields);
    for (int i = 0; i < meta->fields; i++)
        meta->field[i].source_id = -1;
    if (cal_members_read(table, field_members, CAL_COUNT(field_members), meta->field,
                         sizeof *meta->field, err))
        return err->status;
    read_directions(table, "PHASE_DIR", offsetof(cal_field, phase_dir), meta);
    read_directions(table, "REFERENCE_DIR", offsetof(cal_field, reference_dir), meta);
    return read_direction_frames(table, meta, err);
}

void cal_meta_free_fields(cal_meta *meta)
{
    for (int i = 0; i < meta->fields; i++)
        free(meta->field[i].frame);
    cal_members_free_texts(field_members, CAL_COUNT(field_members), meta->field,
                           sizeof *meta->field, meta->fields);
    free(meta->field);
}
