/* Lines of listings as JSON text: what many lines share is made into text once. */
#include "base/mem.h"
#include "callib/view.h"
#include <string.h>

static char *dumped(jv value)
{
    char *text = cal_json_dump(value);
    jv_free(value);
    return text;
}

/* ---- names and calibrations as text ---- */

typedef struct dictionary {
    const cal_library *library;
    const cal_book *book; /* NULL: types are not wanted */
    const char *
        *type; /* of a calibration; "": none yet; NULL: its registrations have different types */
    char **calibration; /* as JSON; with its type, if there is one */
    char ***field;      /* [set][field] */
} dictionary;

static void find_types(dictionary *d)
{
    for (int i = 0; i < d->library->calibrations; i++)
        d->type[i] = "";
    for (int i = 0; d->book && i < d->book->count; i++) {
        const cal_registration *at = &d->book->item[i];
        const char **type = &d->type[at->calibration];
        if (*type)
            *type = !**type || !strcmp(*type, at->caltype) ? at->caltype : NULL;
    }
}

static char *calibration_text(const dictionary *d, int calibration, const char *type)
{
    jv json = cal_calibration_json(&d->library->calibration[calibration]);
    if (type && *type)
        cal_json_set(&json, "caltype", cal_json_text(type));
    return dumped(json);
}

static void dictionary_make(dictionary *d, const cal_library *library, const cal_book *book)
{
    *d = (dictionary){library, book, CAL_NEW_ARRAY(const char *, library->calibrations),
                      CAL_NEW_ARRAY(char *, library->calibrations),
                      CAL_NEW_ARRAY(char **, library->viss)};
    find_types(d);
    for (int i = 0; i < library->calibrations; i++)
        d->calibration[i] = calibration_text(d, i, d->type[i]);
    for (int vis = 0; vis < library->viss; vis++) {
        const cal_axis *axis = &library->vis[vis]->field;
        d->field[vis] = CAL_NEW_ARRAY(char *, axis->size);
        for (CAL_IDS(field, &axis->all))
            d->field[vis][field] = dumped(cal_json_text(axis->name[field]));
    }
}

static void dictionary_free(dictionary *d)
{
    for (int i = 0; i < d->library->calibrations; i++)
        free(d->calibration[i]);
    for (int vis = 0; vis < d->library->viss; vis++) {
        for (int field = 0; field < d->library->vis[vis]->field.size; field++)
            free(d->field[vis][field]);
        free(d->field[vis]);
    }
    free(d->field);
    free(d->calibration);
    free(d->type);
}

/* As the first registration of the calibration for data in this row tells. */
static const char *type_in_row(const dictionary *d, const cal_view_row *row, int calibration)
{
    for (int i = 0; i < d->book->count; i++) {
        const cal_registration *at = &d->book->item[i];
        for (int j = 0; at->calibration == calibration && j < at->data.count; j++)
            if (at->data.item[j].vis == row->vis && cal_box_meets(&at->data.item[j].box, &row->box))
                return at->caltype;
    }
    return "unknown";
}

/* ---- rows ---- */

static void add_list(const dictionary *d, const char *key, const cal_view_row *row,
                     const cal_list *list, cal_buf *out)
{
    cal_buf_addf(out, ",\"%s\":[", key);
    for (int i = 0; i < list->count; i++) {
        int calibration = list->calibration[i];
        char *own = d->type[calibration]
                        ? NULL
                        : calibration_text(d, calibration, type_in_row(d, row, calibration));
        cal_buf_add(out, i ? "," : "");
        cal_buf_add(out, own ? own : d->calibration[calibration]);
        free(own);
    }
    cal_buf_add(out, "]");
}

static void add_ids(const char *key, const cal_idset *set, cal_buf *out)
{
    cal_buf_addf(out, ",\"%s\":\"", key);
    cal_idset_print(set, out);
    cal_buf_add(out, "\"");
}

static void add_text(const char *key, const char *text, cal_buf *out)
{
    char *json = dumped(cal_json_text(text));
    cal_buf_addf(out, "\"%s\":%s", key, json);
    free(json);
}

static void add_data(const dictionary *d, const cal_view_row *row, cal_buf *out)
{
    const cal_vis *vis = d->library->vis[row->vis];
    const char *comma = "";
    cal_buf intents = {0};
    add_text("vis", vis->name, out);
    add_ids("antenna", &row->box.antenna, out);
    add_ids("spw", &row->box.spw, out);
    add_ids("field", &row->box.field, out);
    cal_buf_add(out, ",\"fields\":[");
    for (CAL_IDS(field, &row->box.field)) {
        cal_buf_add(out, comma);
        cal_buf_add(out, d->field[row->vis][field]);
        comma = ",";
    }
    cal_buf_add(out, "],");
    for (CAL_IDS(intent, &row->box.intent))
        cal_buf_addf(&intents, "%s%s", intents.len ? "," : "", vis->intent.name[intent]);
    add_text("intent", cal_buf_text(&intents), out);
    cal_buf_free(&intents);
}

void cal_view_json(const cal_view *rows, const cal_library *library, const cal_book *book,
                   cal_buf *out)
{
    dictionary d;
    dictionary_make(&d, library, book);
    cal_buf_add(out, "[");
    for (int i = 0; i < rows->count; i++) {
        const cal_view_row *row = &rows->item[i];
        cal_buf_add(out, i ? ",{" : "{");
        if (!book) {
            add_text("book", row->title, out);
            cal_buf_add(out, ",");
        }
        add_data(&d, row, out);
        add_list(&d, book ? "calibrations" : "first", row, &row->list, out);
        if (!book)
            add_list(&d, "second", row, &row->second, out);
        cal_buf_add(out, "}");
    }
    cal_buf_add(out, "]");
    dictionary_free(&d);
}
