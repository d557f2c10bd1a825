/* Writing the pipeline's applycal text. */
#include "callib/applycal_text.h"
#include "base/mem.h"
#include <string.h>

/* A text as Python's repr() shows it, so that names with quotes and backslashes can be read back. */
static void add_text(const char *text, cal_buf *out)
{
    const char *quote = strchr(text, '\'') && !strchr(text, '"') ? "\"" : "'";
    cal_buf_add(out, quote);
    for (const char *c = text; *c;) {
        const char *plain = c;
        while ((unsigned char)*c >= ' ' && *c != 127 && *c != '\\' && *c != *quote)
            c++;
        cal_buf_add_bytes(out, plain, c - plain);
        if (*c == '\\' || *c == *quote)
            cal_buf_addf(out, "\\%c", *c++);
        else if (*c)
            cal_buf_addf(out, "\\x%02x", *c++);
    }
    cal_buf_add(out, quote);
}

/* ---- the selection ---- */

static uint32_t list_at(const cal_map *map, int antenna, int triple)
{
    return map->pattern[(size_t)map->triple_pattern[triple] * map->antennas + antenna];
}

/* Have two fields the same intents and lists in one spw? */
static bool fields_alike(const cal_map *map, int antenna, int spw, int a, int b)
{
    const cal_vis *vis = map->vis;
    const int *first = &vis->first[(size_t)spw * vis->field.size];
    int count = first[a + 1] - first[a];
    if (first[b + 1] - first[b] != count)
        return false;
    for (int i = 0; i < count; i++)
        if (vis->triple[first[a] + i].intent != vis->triple[first[b] + i].intent ||
            list_at(map, antenna, first[a] + i) != list_at(map, antenna, first[b] + i))
            return false;
    return true;
}

/* The pipeline calls a range of fields "all" while it is one box in its tree: where they are all alike. */
static bool all_fields(const cal_map *map, const cal_line *line)
{
    const cal_idset *all = &map->vis->field.all;
    if (!cal_idset_equal(&line->box.field, all))
        return false;
    int antenna = cal_idset_next(&line->box.antenna, 0), first = cal_idset_next(all, 0);
    for (CAL_IDS(spw, &line->box.spw))
        for (CAL_IDS(field, all))
            if (!fields_alike(map, antenna, spw, first, field))
                return false;
    return true;
}

static bool all_intents(const cal_map *map, const cal_line *line)
{
    const cal_vis *vis = map->vis;
    if (!cal_idset_equal(&line->box.intent, &vis->intent.all))
        return false;
    int intents = cal_idset_count(&vis->intent.all);
    for (CAL_IDS(spw, &line->box.spw))
        for (CAL_IDS(field, &line->box.field)) {
            const int *first = &vis->first[(size_t)spw * vis->field.size + field];
            if (first[1] > first[0] && first[1] - first[0] != intents)
                return false;
        }
    return true;
}

void cal_applycal_fields(const cal_map *map, const cal_line *line, cal_buf *out)
{
    const char *separator = "";
    if (all_fields(map, line))
        return;
    for (CAL_IDS(field, &line->box.field)) {
        cal_buf_add(out, separator);
        cal_vis_print_field(map->vis, field, out);
        separator = ",";
    }
}

void cal_applycal_intents(const cal_map *map, const cal_line *line, cal_buf *out)
{
    const char *separator = "";
    if (all_intents(map, line))
        return;
    for (CAL_IDS(intent, &line->box.intent)) {
        cal_buf_addf(out, "%s%s", separator, map->vis->intent.name[intent]);
        separator = ",";
    }
}

static void add_key(const char *key, const cal_buf *value, cal_buf *out)
{
    cal_buf_add(out, key);
    add_text(cal_buf_text(value), out);
}

static void add_selection(const cal_map *map, const cal_line *line, cal_buf *out)
{
    cal_buf part = {0};
    cal_applycal_fields(map, line, &part);
    add_key(", field=", &part, out);
    cal_buf_clear(&part);
    cal_applycal_intents(map, line, &part);
    add_key(", intent=", &part, out);
    cal_buf_clear(&part);
    cal_idset_print(&line->box.spw, &part);
    add_key(", spw=", &part, out);
    cal_buf_clear(&part);
    cal_idset_print(&line->box.antenna, &part);
    add_key(", antenna=", &part, out);
    cal_buf_free(&part);
}

/* ---- the calibrations ---- */

enum { PROPERTIES = 5 };

static const char *const key[PROPERTIES] = {
    ", gaintable=", ", gainfield=", ", spwmap=", ", interp=", ", calwt="};

/* What is written of a calibration, by property. Thousands of lines need it, so it is made once. */
typedef struct calibration_text {
    cal_buf property[PROPERTIES];
} calibration_text;

static void add_spwmap(const cal_calibration *calibration, cal_buf *out)
{
    cal_buf_add(out, "[");
    for (int i = 0; i < calibration->spwmaps; i++)
        cal_buf_addf(out, "%s%d", i ? ", " : "", calibration->spwmap[i]);
    cal_buf_add(out, "]");
}

static calibration_text *make_texts(const cal_library *library)
{
    calibration_text *text = CAL_NEW_ARRAY(calibration_text, library->calibrations);
    for (int i = 0; i < library->calibrations; i++) {
        const cal_calibration *calibration = &library->calibration[i];
        add_text(calibration->gaintable, &text[i].property[0]);
        add_text(calibration->gainfield, &text[i].property[1]);
        add_spwmap(calibration, &text[i].property[2]);
        add_text(calibration->interp, &text[i].property[3]);
        cal_buf_add(&text[i].property[4], calibration->calwt ? "True" : "False");
    }
    return text;
}

static void free_texts(calibration_text *text, int count)
{
    for (int i = 0; i < count; i++)
        for (int p = 0; p < PROPERTIES; p++)
            cal_buf_free(&text[i].property[p]);
    free(text);
}

/* One property of all calibrations of a list: a list only where there are several. */
static void add_property(const calibration_text *text, const cal_list *list, int property,
                         cal_buf *out)
{
    cal_buf_add(out, key[property]);
    cal_buf_add(out, list->count > 1 ? "[" : "");
    for (int i = 0; i < list->count; i++) {
        const cal_buf *own = &text[list->calibration[i]].property[property];
        cal_buf_add(out, i ? ", " : "");
        cal_buf_add_bytes(out, own->data, own->len);
    }
    cal_buf_add(out, list->count > 1 ? "]" : "");
}

void cal_applycal_write(const cal_library *library, const cal_map *map, const cal_listing *listing,
                        cal_buf *out)
{
    calibration_text *text = make_texts(library);
    for (int i = 0; i < listing->count; i++) {
        const cal_line *line = &listing->line[i];
        cal_buf_add(out, "applycal(vis=");
        add_text(*map->vis->path ? map->vis->path : map->vis->name, out);
        add_selection(map, line, out);
        for (int property = 0; property < PROPERTIES; property++)
            add_property(text, &map->list[line->list], property, out);
        cal_buf_add(out, ")\n");
    }
    free_texts(text, library->calibrations);
}
