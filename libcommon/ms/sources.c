#include "ms/sources.h"

#include "base/mem.h"
#include "ms/meta_rows.h"

static const cal_member members[] = {MEMBER("NAME", TEXT, cal_source, name),
                                     MEMBER("CODE", TEXT, cal_source, code),
                                     MEMBER("SOURCE_ID", INT, cal_source, source_id),
                                     MEMBER("SPECTRAL_WINDOW_ID", INT, cal_source, spw),
                                     MEMBER("DIRECTION", DOUBLE, cal_source, direction)};

cal_status cal_sources_read(cal_table *table, cal_sources *sources, cal_error *err)
{
    sources->count = (int)cal_table_rows(table);
    sources->row = CAL_NEW_ARRAY(cal_source, sources->count);
    for (int i = 0; i < sources->count; i++)
        sources->row[i].spw = -1;
    return cal_members_read(table, members, CAL_COUNT(members), sources->row, sizeof *sources->row,
                            err);
}

cal_status cal_sources_load(const cal_table *ms, cal_sources *sources, cal_error *err)
{
    cal_table *table;
    *sources = (cal_sources){0};
    if (!cal_table_has_sub(ms, "SOURCE"))
        return CAL_OK;
    if (cal_table_open_sub(ms, "SOURCE", &table, err))
        return err->status;
    cal_status status = cal_sources_read(table, sources, err);
    cal_table_close(table, NULL);
    return status;
}

void cal_sources_free(cal_sources *sources)
{
    cal_members_free_texts(members, CAL_COUNT(members), sources->row, sizeof *sources->row,
                           sources->count);
    free(sources->row);
    *sources = (cal_sources){0};
}

const cal_source *cal_sources_find(const cal_sources *sources, int source_id)
{
    for (int i = 0; i < sources->count; i++)
        if (sources->row[i].source_id == source_id)
            return &sources->row[i];
    return NULL;
}
