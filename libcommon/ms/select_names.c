#include "ms/select_names.h"

#include "base/mem.h"
#include "ms/select_parts.h"
#include <string.h>

static char *name_of(cal_select_names names, int id)
{
    return names.name[id] ? names.name[id] : (char *)"";
}

static void mark_ids(const cal_ids *ids, uint8_t *mark)
{
    for (int i = 0; i < ids->count; i++)
        mark[ids->id[i]] = 1;
}

cal_status cal_select_fields(const char *text, cal_select_names fields, uint8_t *mark,
                             cal_error *err)
{
    cal_meta meta = {.fields = fields.count, .field = CAL_NEW_ARRAY(cal_field, fields.count)};
    cal_selection selection = {.meta = &meta};
    for (int i = 0; i < fields.count; i++) {
        meta.field[i].name = name_of(fields, i);
        meta.field[i].code = (char *)"";
    }
    cal_status status = cal_parse_field(text, &selection, err);
    if (!status)
        mark_ids(&selection.fields, mark);
    cal_ids_free(&selection.fields);
    free(selection.field_on);
    free(meta.field);
    return status;
}

/* The channels of one spec: up to the next comma. */
static void pass_channels(cal_cursor *cursor)
{
    if (cal_cursor_take(cursor, ":"))
        cursor->at += strcspn(cursor->at, ",");
}

cal_status cal_select_spws(const char *text, cal_select_names spws, uint8_t *mark, cal_error *err)
{
    cal_meta meta = {.spws = spws.count, .spw = CAL_NEW_ARRAY(cal_spw, spws.count)};
    cal_cursor cursor = {"spw", text, text, err};
    cal_ids ids = {0};
    cal_status status;
    for (int i = 0; i < spws.count; i++)
        meta.spw[i].name = name_of(spws, i);
    do {
        status = cal_cursor_spws(&cursor, &meta, ",;:", &ids);
        pass_channels(&cursor);
    } while (!status && (cal_cursor_take(&cursor, ",") || cal_cursor_take(&cursor, ";")));
    if (!status && !cal_cursor_at_end(&cursor))
        status = cal_cursor_fail(&cursor, "\"%.1s\" cannot stand here", cursor.at);
    if (!status)
        mark_ids(&ids, mark);
    cal_ids_free(&ids);
    free(meta.spw);
    return status;
}

cal_status cal_select_antennas(const char *text, cal_select_names antennas, uint8_t *mark,
                               cal_error *err)
{
    cal_meta meta = {.antennas = antennas.count,
                     .antenna = CAL_NEW_ARRAY(cal_antenna, antennas.count)};
    for (int i = 0; i < antennas.count; i++) {
        meta.antenna[i].name = name_of(antennas, i);
        meta.antenna[i].station = (char *)"";
    }
    cal_status status = cal_parse_first_antennas(text, &meta, mark, err);
    free(meta.antenna);
    return status;
}
