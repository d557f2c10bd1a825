#include "ms/schema.h"
#include "base/mem.h"
#include <string.h>

/* Shorthands for the rows below: scalars, scalars with a unit, times, arrays of any shape, arrays
 * of one shape. */
#define SCALAR(n, t, c)                                                                            \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_##t, .comment = c                                              \
    }
#define QUANTITY(n, u, c)                                                                          \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_DOUBLE, .unit = u, .comment = c                                \
    }
#define EPOCH(n, c)                                                                                \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_DOUBLE, .unit = "s", .measure = "epoch UTC", .comment = c      \
    }
#define ARRAY(n, t, d, c)                                                                          \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_##t, .ndim = d, .comment = c                                   \
    }
#define QUANTITIES(n, d, u, m, c)                                                                  \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_DOUBLE, .ndim = d, .unit = u, .measure = m, .comment = c       \
    }
#define DIRECTION(n, c)                                                                            \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_DOUBLE, .ndim = 2, .unit = "rad",                              \
        .measure = "direction J2000", .comment = c                                                 \
    }
#define POSITION(n, c)                                                                             \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_DOUBLE, .ndim = 1, .shape = {3}, .unit = "m",                  \
        .measure = "position ITRF", .comment = c                                                   \
    }

/* ---- MAIN ---- */

#define SLOW(n, t, c)                                                                              \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_##t, .comment = c, .manager = n                                \
    }
#define SLOW_SECONDS(n, m, c)                                                                      \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_DOUBLE, .unit = "s", .measure = m, .comment = c, .manager = n  \
    }
#define FAST(n, t, c)                                                                              \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_##t, .comment = c, .manager = "SSM"                            \
    }
#define TILED(n, t, d, c)                                                                          \
    {                                                                                              \
        .name = n, .type = CAL_TYPE_##t, .ndim = d, .comment = c, .manager = "Tiled" n             \
    }

static const cal_column_def main_columns[] = {
    {.name = "UVW",
     .type = CAL_TYPE_DOUBLE,
     .ndim = 1,
     .shape = {3},
     .unit = "m",
     .measure = "uvw J2000",
     .comment = "coordinates of the baseline, ANTENNA1 less ANTENNA2",
     .manager = "TiledUVW"},
    TILED("FLAG", BOOL, 2, "true: do not use"),
    TILED("FLAG_CATEGORY", BOOL, 3, "flags by category"),
    TILED("WEIGHT", FLOAT, 1, "weight of each correlation, for all its channels"),
    TILED("SIGMA", FLOAT, 1, "noise of each correlation in one channel"),
    FAST("ANTENNA1", INT, "first antenna of the baseline"),
    FAST("ANTENNA2", INT, "second antenna of the baseline"),
    SLOW("ARRAY_ID", INT, "subarray"),
    FAST("DATA_DESC_ID", INT, "row of DATA_DESCRIPTION"),
    SLOW_SECONDS("EXPOSURE", NULL, "effective integration time"),
    SLOW("FEED1", INT, "feed of ANTENNA1"),
    SLOW("FEED2", INT, "feed of ANTENNA2"),
    SLOW("FIELD_ID", INT, "row of FIELD"),
    {.name = "FLAG_ROW",
     .type = CAL_TYPE_BOOL,
     .comment = "true: do not use anything of this row",
     .manager = "FlagRow"},
    SLOW_SECONDS("INTERVAL", NULL, "sampling interval"),
    SLOW("OBSERVATION_ID", INT, "row of OBSERVATION"),
    SLOW("PROCESSOR_ID", INT, "row of PROCESSOR"),
    SLOW("SCAN_NUMBER", INT, "number of the scan"),
    SLOW("STATE_ID", INT, "row of STATE"),
    SLOW_SECONDS("TIME", "epoch UTC", "midpoint of the interval"),
    SLOW_SECONDS("TIME_CENTROID", "epoch UTC", "centroid of the data"),
};

static const struct {
    unsigned bit;
    cal_column_def column;
} main_options[] = {
    {CAL_MS_DATA, TILED("DATA", COMPLEX, 2, "visibilities as observed")},
    {CAL_MS_MODEL, TILED("MODEL_DATA", COMPLEX, 2, "visibilities of the model")},
    {CAL_MS_CORRECTED, TILED("CORRECTED_DATA", COMPLEX, 2, "calibrated visibilities")},
    {CAL_MS_WEIGHT_SPECTRUM, TILED("WEIGHT_SPECTRUM", FLOAT, 2, "weight of each sample")},
    {CAL_MS_SIGMA_SPECTRUM, TILED("SIGMA_SPECTRUM", FLOAT, 2, "noise of each sample")},
    {CAL_MS_FLOAT_DATA, TILED("FLOAT_DATA", FLOAT, 2, "power as observed")},
};

enum { SLOW_BUCKET = 32768, FLAG_ROW_BUCKET = 8192 };

/* One for each column. A shared one, as importasdm makes it, opens a millisecond sooner, but columns written one after the other
 * split its buckets again and again where TIME changes from row to row: minutes instead of half a second. */
#define INCREMENTAL(n)                                                                             \
    {                                                                                              \
        .name = n, .type = "IncrementalStMan", .bucket = SLOW_BUCKET                               \
    }
#define TILED_SHAPE(n, ...)                                                                        \
    {                                                                                              \
        .name = "Tiled" n, .type = "TiledShapeStMan", .tile = { __VA_ARGS__ }                      \
    }

static const cal_manager_def main_managers[] = {
    INCREMENTAL("ARRAY_ID"),
    INCREMENTAL("EXPOSURE"),
    INCREMENTAL("FEED1"),
    INCREMENTAL("FEED2"),
    INCREMENTAL("FIELD_ID"),
    INCREMENTAL("INTERVAL"),
    INCREMENTAL("OBSERVATION_ID"),
    INCREMENTAL("PROCESSOR_ID"),
    INCREMENTAL("SCAN_NUMBER"),
    INCREMENTAL("STATE_ID"),
    INCREMENTAL("TIME"),
    INCREMENTAL("TIME_CENTROID"),
    {.name = "SSM", .type = "StandardStMan", .bucket = SLOW_BUCKET},
    {.name = "FlagRow", .type = "StandardStMan", .bucket = FLAG_ROW_BUCKET},
    {.name = "TiledUVW", .type = "TiledColumnStMan", .tile = {3, 4096}},
    TILED_SHAPE("FLAG", 4, 64, 4096),
    TILED_SHAPE("FLAG_CATEGORY", 4, 64, 1, 4096),
    TILED_SHAPE("WEIGHT", 4, 4096),
    TILED_SHAPE("SIGMA", 4, 4096),
    TILED_SHAPE("DATA", 4, 64, 512),
    TILED_SHAPE("MODEL_DATA", 4, 64, 512),
    TILED_SHAPE("CORRECTED_DATA", 4, 64, 512),
    TILED_SHAPE("WEIGHT_SPECTRUM", 4, 64, 1024),
    TILED_SHAPE("SIGMA_SPECTRUM", 4, 64, 1024),
    TILED_SHAPE("FLOAT_DATA", 4, 64, 1024),
};

static bool manager_used(const cal_manager_def *manager, const cal_column_def *column, int count)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(column[i].manager, manager->name))
            return true;
    return false;
}

cal_table_def cal_ms_main_def(unsigned columns, cal_column_def *column, cal_manager_def *manager)
{
    cal_table_def def = {.comment = "MeasurementSet", .column = column, .manager = manager};
    for (size_t i = 0; i < CAL_COUNT(main_columns); i++)
        column[def.columns++] = main_columns[i];
    for (size_t i = 0; i < CAL_COUNT(main_options); i++)
        if (columns & main_options[i].bit)
            column[def.columns++] = main_options[i].column;
    for (size_t i = 0; i < CAL_COUNT(main_managers); i++)
        if (manager_used(&main_managers[i], column, def.columns))
            manager[def.managers++] = main_managers[i];
    return def;
}

/* ---- subtables ---- */

static const cal_column_def antenna[] = {
    POSITION("OFFSET", "offset of the axes of the mount to the feed reference point"),
    POSITION("POSITION", "position of the antenna"),
    SCALAR("TYPE", TEXT, "GROUND-BASED, SPACE-BASED"),
    QUANTITY("DISH_DIAMETER", "m", "diameter of the dish"),
    SCALAR("FLAG_ROW", BOOL, "row is void"),
    SCALAR("MOUNT", TEXT, "alt-az, equatorial, X-Y, ..."),
    SCALAR("NAME", TEXT, "name of the antenna"),
    SCALAR("STATION", TEXT, "name of the pad"),
};

static const cal_column_def data_description[] = {
    SCALAR("FLAG_ROW", BOOL, "row is void"),
    SCALAR("POLARIZATION_ID", INT, "row of POLARIZATION"),
    SCALAR("SPECTRAL_WINDOW_ID", INT, "row of SPECTRAL_WINDOW"),
};

static const cal_column_def feed[] = {
    POSITION("POSITION", "offset of the feed from the feed reference point"),
    DIRECTION("BEAM_OFFSET", "offset of the beam of each receptor"),
    ARRAY("POLARIZATION_TYPE", TEXT, 1, "X, Y, R or L, for each receptor"),
    ARRAY("POL_RESPONSE", COMPLEX, 2, "leakage between the receptors"),
    QUANTITIES("RECEPTOR_ANGLE", 1, "rad", NULL, "reference angle of each receptor"),
    SCALAR("ANTENNA_ID", INT, "row of ANTENNA"),
    SCALAR("BEAM_ID", INT, "beam model, -1 for none"),
    SCALAR("FEED_ID", INT, "number of the feed"),
    QUANTITY("INTERVAL", "s", "time for which this holds"),
    SCALAR("NUM_RECEPTORS", INT, "number of receptors"),
    SCALAR("SPECTRAL_WINDOW_ID", INT, "row of SPECTRAL_WINDOW, -1 for all"),
    EPOCH("TIME", "midpoint of the time for which this holds"),
};

static const cal_column_def field[] = {
    DIRECTION("DELAY_DIR", "delay centre, polynomial in time"),
    DIRECTION("PHASE_DIR", "phase centre, polynomial in time"),
    DIRECTION("REFERENCE_DIR", "reference centre, polynomial in time"),
    SCALAR("CODE", TEXT, "calibrator code"),
    SCALAR("FLAG_ROW", BOOL, "row is void"),
    SCALAR("NAME", TEXT, "name of the field"),
    SCALAR("NUM_POLY", INT, "order of the polynomials"),
    SCALAR("SOURCE_ID", INT, "SOURCE_ID in SOURCE, -1 for none"),
    EPOCH("TIME", "origin of the polynomials"),
};

static const cal_column_def flag_cmd[] = {
    SCALAR("APPLIED", BOOL, "has been applied to FLAG"),
    SCALAR("COMMAND", TEXT, "command"),
    QUANTITY("INTERVAL", "s", "time for which this holds"),
    SCALAR("LEVEL", INT, "revision"),
    SCALAR("REASON", TEXT, "reason"),
    SCALAR("SEVERITY", INT, "0 to 10"),
    EPOCH("TIME", "midpoint of the time for which this holds"),
    SCALAR("TYPE", TEXT, "FLAG or UNFLAG"),
};

static const cal_column_def history[] = {
    ARRAY("APP_PARAMS", TEXT, 1, "parameters of the program"),
    ARRAY("CLI_COMMAND", TEXT, 1, "command line"),
    SCALAR("APPLICATION", TEXT, "name of the program"),
    SCALAR("MESSAGE", TEXT, "what was done"),
    SCALAR("OBJECT_ID", INT, "object that it was done to"),
    SCALAR("OBSERVATION_ID", INT, "row of OBSERVATION, -1 for all"),
    SCALAR("ORIGIN", TEXT, "part of the program"),
    SCALAR("PRIORITY", TEXT, "DEBUGGING, WARN, NORMAL, SEVERE"),
    EPOCH("TIME", "when it was done"),
};

static const cal_column_def observation[] = {
    {.name = "TIME_RANGE",
     .type = CAL_TYPE_DOUBLE,
     .ndim = 1,
     .shape = {2},
     .unit = "s",
     .measure = "epoch UTC",
     .comment = "start and end"},
    ARRAY("LOG", TEXT, 1, "observing log"),
    ARRAY("SCHEDULE", TEXT, 1, "schedule"),
    SCALAR("FLAG_ROW", BOOL, "row is void"),
    SCALAR("OBSERVER", TEXT, "who observed"),
    SCALAR("PROJECT", TEXT, "project"),
    EPOCH("RELEASE_DATE", "when the data become public"),
    SCALAR("SCHEDULE_TYPE", TEXT, "kind of schedule"),
    SCALAR("TELESCOPE_NAME", TEXT, "telescope"),
};

static const cal_column_def pointing[] = {
    DIRECTION("DIRECTION", "pointing, polynomial in time"),
    SCALAR("ANTENNA_ID", INT, "row of ANTENNA"),
    QUANTITY("INTERVAL", "s", "time for which this holds"),
    SCALAR("NAME", TEXT, "name of the position"),
    SCALAR("NUM_POLY", INT, "order of the polynomials"),
    DIRECTION("TARGET", "direction that was asked for"),
    EPOCH("TIME", "midpoint of the time for which this holds"),
    EPOCH("TIME_ORIGIN", "origin of the polynomials"),
    SCALAR("TRACKING", BOOL, "is on the position"),
};

static const cal_column_def polarization[] = {
    ARRAY("CORR_TYPE", INT, 1, "Stokes code of each correlation"),
    ARRAY("CORR_PRODUCT", INT, 2, "receptors of each correlation"),
    SCALAR("FLAG_ROW", BOOL, "row is void"),
    SCALAR("NUM_CORR", INT, "number of correlations"),
};

static const cal_column_def processor[] = {
    SCALAR("FLAG_ROW", BOOL, "row is void"),
    SCALAR("MODE_ID", INT, "mode, -1 for none"),
    SCALAR("TYPE", TEXT, "CORRELATOR, SPECTROMETER, ..."),
    SCALAR("TYPE_ID", INT, "row of the table of this type, -1 for none"),
    SCALAR("SUB_TYPE", TEXT, "name of the machine"),
};

static const cal_column_def source[] = {
    SCALAR("CALIBRATION_GROUP", INT, "calibration group"),
    SCALAR("CODE", TEXT, "calibrator code"),
    {.name = "DIRECTION",
     .type = CAL_TYPE_DOUBLE,
     .ndim = 1,
     .shape = {2},
     .unit = "rad",
     .measure = "direction J2000",
     .comment = "direction"},
    QUANTITY("INTERVAL", "s", "time for which this holds"),
    SCALAR("NAME", TEXT, "name of the source"),
    SCALAR("NUM_LINES", INT, "number of spectral lines"),
    {.name = "PROPER_MOTION",
     .type = CAL_TYPE_DOUBLE,
     .ndim = 1,
     .shape = {2},
     .unit = "rad/s",
     .comment = "proper motion"},
    SCALAR("SOURCE_ID", INT, "number of the source"),
    SCALAR("SPECTRAL_WINDOW_ID", INT, "row of SPECTRAL_WINDOW, -1 for all"),
    EPOCH("TIME", "midpoint of the time for which this holds"),
};

static const cal_column_def spectral_window[] = {
    SCALAR("MEAS_FREQ_REF", INT, "frame of the frequencies"),
    QUANTITIES("CHAN_FREQ", 1, "Hz", "frequency MEAS_FREQ_REF", "centre of each channel"),
    {.name = "REF_FREQUENCY",
     .type = CAL_TYPE_DOUBLE,
     .unit = "Hz",
     .measure = "frequency MEAS_FREQ_REF",
     .comment = "reference frequency"},
    QUANTITIES("CHAN_WIDTH", 1, "Hz", NULL, "width of each channel; its sign tells the order"),
    QUANTITIES("EFFECTIVE_BW", 1, "Hz", NULL, "effective noise bandwidth of each channel"),
    QUANTITIES("RESOLUTION", 1, "Hz", NULL, "resolution of each channel"),
    SCALAR("FLAG_ROW", BOOL, "row is void"),
    SCALAR("FREQ_GROUP", INT, "frequency group"),
    SCALAR("FREQ_GROUP_NAME", TEXT, "name of the frequency group"),
    SCALAR("IF_CONV_CHAIN", INT, "conversion chain"),
    SCALAR("NAME", TEXT, "name of the window"),
    SCALAR("NET_SIDEBAND", INT, "net sideband"),
    SCALAR("NUM_CHAN", INT, "number of channels"),
    QUANTITY("TOTAL_BANDWIDTH", "Hz", "width of the window"),
};

static const cal_column_def state[] = {
    QUANTITY("CAL", "K", "noise calibration temperature"),
    SCALAR("FLAG_ROW", BOOL, "row is void"),
    QUANTITY("LOAD", "K", "load temperature"),
    SCALAR("OBS_MODE", TEXT, "intents, separated by commas"),
    SCALAR("REF", BOOL, "reference observation"),
    SCALAR("SIG", BOOL, "observation of a source"),
    SCALAR("SUB_SCAN", INT, "number of the subscan"),
};

#define SUBTABLE(name_, columns_, comment_)                                                        \
    {                                                                                              \
        .name = name_, .def = {                                                                    \
            .comment = comment_,                                                                   \
            .column = columns_,                                                                    \
            .columns = CAL_COUNT(columns_)                                                         \
        }                                                                                          \
    }

const cal_ms_subtable cal_ms_subtables[] = {
    SUBTABLE("ANTENNA", antenna, "antennas"),
    SUBTABLE("DATA_DESCRIPTION", data_description, "spectral window and polarization of the data"),
    SUBTABLE("FEED", feed, "feeds"),
    SUBTABLE("FIELD", field, "fields"),
    SUBTABLE("FLAG_CMD", flag_cmd, "flag commands"),
    SUBTABLE("HISTORY", history, "what was done to these data"),
    SUBTABLE("OBSERVATION", observation, "observations"),
    SUBTABLE("POINTING", pointing, "pointings"),
    SUBTABLE("POLARIZATION", polarization, "polarization setups"),
    SUBTABLE("PROCESSOR", processor, "processors"),
    SUBTABLE("SOURCE", source, "sources"),
    SUBTABLE("SPECTRAL_WINDOW", spectral_window, "spectral windows"),
    SUBTABLE("STATE", state, "states"),
};

const int cal_ms_subtable_count = CAL_COUNT(cal_ms_subtables);
