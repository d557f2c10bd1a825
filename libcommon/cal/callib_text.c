/* Calibration libraries in their three forms. Lines of CASA's cal-library text are items of a chain; what the others mean is found when the MS is
 * known (chain_library.c). */
#include "cal/callib_text.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "cal/chain_library.h"
#include "cal/interp.h"
#include "callib/casa_text.h"
#include "callib/text_kind.h"
#include <string.h>

/* The list takes a text or a map over from the line. */
#define TAKE(from) (taken = (from), (from) = NULL, taken)

static void take_maps(cal_casa_line *line, cal_chain_item *item)
{
    int *taken;
    item->spwmap = TAKE(line->spwmap);
    item->spwmaps = line->spwmap_count;
    item->fldmap = TAKE(line->fldmaps);
    item->fldmaps = line->fldmap_count;
    item->obsmap = TAKE(line->obsmap);
    item->obsmaps = line->obsmap_count;
    item->antmap = TAKE(line->antmap);
    item->antmaps = line->antmap_count;
}

static void take_selection(cal_casa_line *line, cal_chain_item *item)
{
    char *taken;
    item->field = TAKE(line->field);
    item->spw = TAKE(line->spw);
    item->intent = TAKE(line->intent);
    item->observation = TAKE(line->obs);
    if (!line->fldmap)
        return;
    free(item->gainfield);
    item->gainfield = TAKE(line->fldmap);
}

static cal_status add_line(cal_casa_line *line, const char *name, cal_chain_list *list,
                           cal_error *err)
{
    cal_interp interp;
    cal_chain_item *item = cal_chain_list_add(list, line->caltable);
    item->from_library = true;
    item->calwt = line->calwt;
    take_maps(line, item);
    take_selection(line, item);
    free(item->interp);
    item->interp =
        cal_format("%s,%s", line->tinterp ? line->tinterp : "", line->finterp ? line->finterp : "");
    if (!cal_interp_parse(item->interp, &interp, err))
        return CAL_OK;
    cal_prefix(err, "%s: line %d", name, line->line);
    return err->status = CAL_INPUT;
}

cal_status cal_callib_parse(const char *text, const char *name, cal_chain_list *list,
                            cal_error *err)
{
    cal_casa_lines lines = {0};
    cal_status status = cal_casa_read(text, name, &lines, err);
    for (int i = 0; i < lines.count && !status; i++)
        status = add_line(&lines.item[i], name, list, err);
    cal_casa_lines_free(&lines);
    return status;
}

/* ---- which of the three it is ---- */

static cal_status parse_document(const char *text, const char *name, cal_chain_list *list,
                                 cal_error *err)
{
    jv document;
    cal_library *library;
    if (cal_json_parse(text, name, &document, err) ||
        cal_library_from_json(document, name, &library, err))
        return err->status;
    cal_chain_add_library(list, name, library, NULL);
    return CAL_OK;
}

static cal_status parse_applycal(const char *text, const char *name, cal_chain_list *list,
                                 cal_error *err)
{
    cal_applycal_lines *lines = CAL_NEW(cal_applycal_lines);
    cal_status status = cal_applycal_read(text, name, lines, err);
    cal_chain_add_library(list, name, NULL, lines);
    return status;
}

static cal_status parse_any(const char *text, const char *name, cal_chain_list *list,
                            cal_error *err)
{
    switch (cal_text_kind(text)) {
    case CAL_TEXT_JSON:
        return parse_document(text, name, list, err);
    case CAL_TEXT_APPLYCAL:
        return parse_applycal(text, name, list, err);
    default:
        return cal_callib_parse(text, name, list, err);
    }
}

cal_status cal_callib_read(const char *path, cal_chain_list *list, cal_error *err)
{
    const char *name = strcmp(path, "-") ? path : "standard input";
    char *text;
    size_t length;
    if (cal_text_read(path, &text, &length, err))
        return err->status;
    cal_status status = strlen(text) == length
                            ? parse_any(text, name, list, err)
                            : cal_fail(err, CAL_INPUT, "%s: no text: it has a byte 0 in it", name);
    free(text);
    return status;
}
