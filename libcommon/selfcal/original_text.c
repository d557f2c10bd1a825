/* What is applied to the originals, as command lines, as CASA's calls and library, and as JSON. */
#include "base/mem.h"
#include "selfcal/original.h"
#include <string.h>

static char *join_ints(const int *value, int count)
{
    cal_buf text = {0};
    for (int i = 0; i < count; i++)
        cal_buf_addf(&text, "%s%d", i ? "," : "", value[i]);
    return cal_buf_steal(&text);
}

static char *spw_list(const cal_original *o)
{
    cal_buf text = {0};
    for (int i = 0; i < o->spws; i++)
        cal_buf_addf(&text, "%s%d", i ? "," : "", o->spw[i].id);
    return cal_buf_steal(&text);
}

/* ---- our applycal ---- */

static void add_option(cal_words *argv, const char *name, const char *value)
{
    cal_words_add(argv, name);
    cal_words_add(argv, value);
}

cal_words cal_original_argv(const cal_original *o)
{
    cal_words argv = {0};
    char *fields = join_ints(o->field, o->fields), *spws = spw_list(o);
    cal_words_add(&argv, "applycal");
    add_option(&argv, "--field", fields);
    add_option(&argv, "--spw", spws);
    add_option(&argv, "--applymode", o->applymode);
    for (int i = 0; i < o->tables; i++) {
        const cal_original_table *table = &o->table[i];
        char *map = join_ints(table->spwmap, table->spws);
        add_option(&argv, "--gaintable", table->use);
        add_option(&argv, "--interp", table->interp);
        add_option(&argv, "--spwmap", map);
        add_option(&argv, "--calwt", "false");
        free(map);
    }
    cal_words_add(&argv, o->vis);
    free(fields);
    free(spws);
    return argv;
}

void cal_original_shell(const cal_original *o, cal_buf *out)
{
    cal_words argv = cal_original_argv(o);
    for (int i = 0; i < argv.count; i++) {
        if (i)
            cal_buf_add(out, " ");
        cal_buf_add_quoted(out, argv.item[i]);
    }
    cal_buf_add(out, "\n");
    cal_words_free(&argv);
}

/* ---- CASA ---- */

/* A text as Python writes it. */
static void add_literal(cal_buf *out, const char *text)
{
    cal_buf_add(out, "'");
    for (; *text; text++) {
        if (strchr("'\\", *text))
            cal_buf_add(out, "\\");
        cal_buf_add_bytes(out, text, 1);
    }
    cal_buf_add(out, "'");
}

static void add_map(const cal_original_table *table, cal_buf *out)
{
    char *map = join_ints(table->spwmap, table->spws);
    cal_buf_addf(out, "[%s]", map);
    free(map);
}

void cal_original_casa(const cal_original *o, cal_buf *out)
{
    char *fields = join_ints(o->field, o->fields), *spws = spw_list(o);
    cal_buf_add(out, "applycal(vis=");
    add_literal(out, o->vis);
    cal_buf_addf(out, ", field='%s', spw='%s', gaintable=[", fields, spws);
    for (int i = 0; i < o->tables; i++) {
        cal_buf_add(out, i ? ", " : "");
        add_literal(out, o->table[i].use);
    }
    cal_buf_add(out, "], interp=[");
    for (int i = 0; i < o->tables; i++)
        cal_buf_addf(out, "%s'%s'", i ? ", " : "", o->table[i].interp);
    cal_buf_add(out, "], spwmap=[");
    for (int i = 0; i < o->tables; i++) {
        cal_buf_add(out, i ? ", " : "");
        add_map(&o->table[i], out);
    }
    cal_buf_add(out, "], calwt=[");
    for (int i = 0; i < o->tables; i++)
        cal_buf_add(out, i ? ", False" : "False");
    cal_buf_addf(out, "], applymode='%s')\n", o->applymode);
    free(fields);
    free(spws);
}

void cal_original_library(const cal_original *o, cal_buf *out)
{
    char *fields = join_ints(o->field, o->fields), *spws = spw_list(o);
    for (int i = 0; i < o->tables; i++) {
        const char *interp = o->table[i].interp, *comma = strchr(interp, ',');
        int length = comma ? (int)(comma - interp) : (int)strlen(interp);
        cal_buf_add(out, "caltable=");
        add_literal(out, o->table[i].use);
        cal_buf_addf(out, " calwt=False field='%s' spw='%s' tinterp='%.*s'", fields, spws, length,
                     interp);
        if (comma)
            cal_buf_addf(out, " finterp='%s'", comma + 1);
        cal_buf_add(out, " spwmap=");
        add_map(&o->table[i], out);
        cal_buf_add(out, "\n");
    }
    free(fields);
    free(spws);
}

/* ---- lines ---- */

static bool has_continuum(const cal_original *o)
{
    for (int i = 0; i < o->spws; i++)
        if (o->spw[i].continuum)
            return true;
    return false;
}

/* 'FIELD': {'SPW': {'chan': '3~5', 'fitorder': 1}, ...} */
static void add_fitspec(const cal_original *o, int field, bool *first, cal_buf *out)
{
    bool first_spw = true;
    cal_buf_addf(out, "%s'%d': {", *first ? "" : ", ", field);
    *first = false;
    for (int i = 0; i < o->spws; i++) {
        if (!o->spw[i].continuum)
            continue;
        cal_buf_addf(out, "%s'%d': {'chan': '%s', 'fitorder': 1}", first_spw ? "" : ", ",
                     o->spw[i].id, o->spw[i].continuum);
        first_spw = false;
    }
    cal_buf_add(out, "}");
}

static void add_selection(const cal_originals *all, const char *vis, cal_buf *fields, cal_buf *spws)
{
    for (int i = 0; i < all->count; i++) {
        const cal_original *o = &all->item[i];
        if (strcmp(o->vis, vis) || !has_continuum(o))
            continue;
        for (int k = 0; k < o->fields; k++)
            cal_buf_addf(fields, "%s%d", fields->len ? "," : "", o->field[k]);
        for (int k = 0; k < o->spws; k++) {
            char *word = cal_format(",%d,", o->spw[k].id),
                 *have = cal_format(",%s,", cal_buf_text(spws));
            if (o->spw[k].continuum && !strstr(have, word))
                cal_buf_addf(spws, "%s%d", spws->len ? "," : "", o->spw[k].id);
            free(word);
            free(have);
        }
    }
}

void cal_original_uvcontsub(const cal_originals *all, int first, cal_buf *out)
{
    const char *vis = all->item[first].vis;
    bool corrected = false, first_field = true;
    cal_buf fields = {0}, spws = {0};
    add_selection(all, vis, &fields, &spws);
    if (fields.len) {
        size_t root = strlen(vis) > 3 && !strcmp(vis + strlen(vis) - 3, ".ms") ? strlen(vis) - 3
                                                                               : strlen(vis);
        char *output = cal_format("%.*s.contsub.ms", (int)root, vis);
        cal_buf_add(out, "uvcontsub(vis=");
        add_literal(out, vis);
        cal_buf_add(out, ", outputvis=");
        add_literal(out, output);
        cal_buf_addf(out, ", field='%s', spw='%s', fitspec={", cal_buf_text(&fields),
                     cal_buf_text(&spws));
        for (int i = 0; i < all->count; i++) {
            const cal_original *o = &all->item[i];
            if (strcmp(o->vis, vis))
                continue;
            corrected = corrected || o->tables;
            for (int k = 0; k < o->fields && has_continuum(o); k++)
                add_fitspec(o, o->field[k], &first_field, out);
        }
        cal_buf_addf(out, "}, datacolumn='%s')\n", corrected ? "corrected" : "data");
        free(output);
    }
    cal_buf_free(&fields);
    cal_buf_free(&spws);
}

/* ---- JSON ---- */

static jv fields_json(const cal_original *o)
{
    jv list = jv_array();
    for (int i = 0; i < o->fields; i++)
        cal_json_push(&list, JV_OBJECT(jv_string("id"), jv_number(o->field[i]), jv_string("name"),
                                       cal_json_text(o->names.item[i])));
    return list;
}

static jv spws_json(const cal_original *o)
{
    jv list = jv_array();
    for (int i = 0; i < o->spws; i++)
        cal_json_push(&list, JV_OBJECT(jv_string("id"), jv_number(o->spw[i].id), jv_string("copy"),
                                       jv_number(o->spw[i].copy), jv_string("continuum"),
                                       cal_json_text(o->spw[i].continuum)));
    return list;
}

static jv tables_json(const cal_original *o)
{
    jv list = jv_array();
    for (int i = 0; i < o->tables; i++) {
        const cal_original_table *t = &o->table[i];
        cal_json_push(&list,
                      JV_OBJECT(jv_string("gaintable"), cal_json_text(t->use), jv_string("from"),
                                cal_json_text(t->path), jv_string("renumbered"),
                                jv_bool(t->renumbered), jv_string("spwmap"),
                                cal_json_ints(t->spwmap, t->spws), jv_string("interp"),
                                cal_json_text(t->interp), jv_string("calwt"), jv_false()));
    }
    return list;
}

/* What `write` makes, without its newline; null where there are no tables. */
static jv text_json(const cal_original *o, void (*write)(const cal_original *, cal_buf *))
{
    cal_buf text = {0};
    if (!o->tables)
        return jv_null();
    write(o, &text);
    text.data[text.len - 1] = 0;
    jv value = cal_json_text(text.data);
    cal_buf_free(&text);
    return value;
}

jv cal_original_json(const cal_original *o)
{
    jv result = JV_OBJECT(jv_string("target"), cal_json_text(o->target), jv_string("band"),
                          cal_json_text(o->band), jv_string("vis"), cal_json_text(o->vis),
                          jv_string("fields"), fields_json(o), jv_string("spws"), spws_json(o),
                          jv_string("applymode"), cal_json_text(o->applymode), jv_string("tables"),
                          tables_json(o), jv_string("command"), text_json(o, cal_original_shell));
    cal_json_set(&result, "casa", text_json(o, cal_original_casa));
    cal_json_set(&result, "callib", text_json(o, cal_original_library));
    cal_json_set(&result, "notes",
                 cal_json_texts((const char *const *)o->notes.item, o->notes.count));
    return result;
}
