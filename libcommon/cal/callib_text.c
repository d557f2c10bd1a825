/* Lines of CASA's cal-library text as items of a chain. */
#include "cal/callib_text.h"
#include "base/mem.h"
#include "base/text.h"
#include "cal/interp.h"
#include "callib/casa_text.h"
#include <stdio.h>

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

cal_status cal_callib_read(const char *path, cal_chain_list *list, cal_error *err)
{
    char *text;
    size_t length;
    if (cal_text_read(path, &text, &length, err))
        return cal_prefix(err, "cal library");
    cal_status status = cal_callib_parse(text, path, list, err);
    free(text);
    return status;
}
