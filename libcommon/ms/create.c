#include "ms/create.h"
#include "base/json.h"
#include "base/mem.h"
#include <malloc.h>

static cal_status create_sub(cal_table *ms, const char *path, const cal_ms_subtable *subtable,
                             cal_error *err)
{
    char *place = cal_format("%s/%s", path, subtable->name);
    cal_table *sub = NULL;
    cal_status status = cal_table_create(place, &subtable->def, 0, &sub, err);
    if (!status)
        status = cal_table_set_sub(ms, subtable->name, sub, err);
    cal_status closed = cal_table_close(sub, status ? NULL : err);
    free(place);
    return status ? status : closed;
}

static cal_status set_keywords(cal_table *ms, cal_error *err)
{
    cal_status status = cal_table_set_info(ms, "Measurement Set", "", err);
    if (!status)
        status = cal_table_set_keyword(ms, NULL, "MS_VERSION", jv_number(2.0), err);
    if (!status)
        status = cal_table_set_keyword(ms, "FLAG_CATEGORY", "CATEGORY", jv_array(), err);
    return status;
}

cal_status cal_ms_create(const char *path, unsigned columns, int64_t rows, cal_table **ms,
                         cal_error *err)
{
    cal_column_def column[CAL_MS_MAX_COLUMNS];
    cal_manager_def manager[CAL_MS_MAX_COLUMNS];
    cal_table_def def = cal_ms_main_def(columns, column, manager);
    /* casacore writes padding out of fresh memory: have it zero, so that the same data give the same files */
    mallopt(M_PERTURB, 0xff);
    cal_status status = cal_table_create(path, &def, rows, ms, err);
    if (status)
        return status;
    status = set_keywords(*ms, err);
    for (int i = 0; i < cal_ms_subtable_count && !status; i++)
        status = create_sub(*ms, path, &cal_ms_subtables[i], err);
    if (status) {
        cal_table_close(*ms, NULL);
        *ms = NULL;
    }
    return status;
}

cal_status cal_ms_grow_sub(const cal_table *ms, const char *name, int64_t rows, cal_table **sub,
                           cal_error *err)
{
    char *path = cal_format("%s/%s", cal_table_path(ms), name);
    cal_status status = cal_table_open(path, true, sub, err);
    free(path);
    if (!status && (status = cal_table_add_rows(*sub, rows, err))) {
        cal_table_close(*sub, NULL);
        *sub = NULL;
    }
    return status;
}
