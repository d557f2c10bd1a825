/* callib-new: an empty calibration library for data sets. */
#include "base/document.h"
#include "base/tool.h"
#include "callib/edit.h"

static const cal_option options[] = {CAL_OPTIONS_END};

static const cal_example examples[] = {
    {"For one set", "ms-info eb1.ms | callib-new > lib.json"},
    {"For several: documents of ms-info, one after the other",
     "for ms in eb*.ms; do ms-info $ms; done | callib-new > lib.json"},
    {NULL, NULL},
};

static cal_status add_set(void *user, jv info, const cal_place *place, cal_error *err)
{
    cal_library *library = user;
    cal_vis *vis;
    if (cal_vis_from_ms_info(info, place, &vis, err))
        return err->status;
    return cal_library_add_vis(library, vis, err);
}

static cal_status run(int count, char **operand, cal_error *err)
{
    cal_library *library = cal_library_new();
    cal_status status = count ? CAL_OK : cal_doc_stream("-", add_set, library, err);
    for (int i = 0; i < count && !status; i++)
        status = cal_doc_stream(operand[i], add_set, library, err);
    if (!status && !library->viss)
        status = cal_fail(err, CAL_INPUT, "no MeasurementSet is described in the input");
    if (status) {
        cal_library_free(library);
        return status;
    }
    cal_library_match_spws(library);
    return cal_edit_print(library, err);
}

static const cal_tool tool = {
    .name = "callib-new",
    .group = CAL_GROUP_CALLIB,
    .brief = "an empty calibration library for data sets",
    .operands = "[INFO...]",
    .min_operands = 0,
    .max_operands = -1,
    .schema = "callib",
    .about = "Reads what ms-info prints of one or several data sets, from files or from standard "
             "input, and "
             "writes a calibration library that knows their antennas, spws, fields and intents and "
             "holds "
             "no calibration yet. callib-add puts some in. Spws of several sets are matched by "
             "name, so that "
             "--virtual-spw can name them all by the ids of the first set.",
    .options = options,
    .examples = examples,
    .run = run,
};

int main(int argc, char **argv)
{
    return cal_main(&tool, argc, argv);
}
