#include "table/measure.h"
#include <casacore/casa/Arrays/Vector.h>
#include <casacore/casa/Containers/Record.h>
#include <casacore/tables/Tables/TableRecord.h>
#include <cstring>
#include <string>
#include <vector>

using namespace casacore;

struct Frame {
    const char *name;
    unsigned code;
};

/* The codes of casacore's MFrequency::Types and MDirection::Types, with their second names. */
static const std::vector<Frame> frequency_frames = {
    {"REST", 0}, {"LSRK", 1},    {"LSRD", 2},   {"BARY", 3}, {"GEO", 4},
    {"TOPO", 5}, {"GALACTO", 6}, {"LGROUP", 7}, {"CMB", 8},  {"Undefined", 64},
};

static const std::vector<Frame> direction_frames = {
    {"J2000", 0},      {"JMEAN", 1},   {"JTRUE", 2},     {"APP", 3},        {"B1950", 4},
    {"B1950_VLA", 5},  {"BMEAN", 6},   {"BTRUE", 7},     {"GALACTIC", 8},   {"HADEC", 9},
    {"AZEL", 10},      {"AZELSW", 11}, {"AZELNE", 10},   {"AZELGEO", 12},   {"AZELSWGEO", 13},
    {"AZELNEGEO", 12}, {"JNAT", 14},   {"ECLIPTIC", 15}, {"MECLIPTIC", 16}, {"TECLIPTIC", 17},
    {"SUPERGAL", 18},  {"ITRF", 19},   {"TOPO", 20},     {"ICRS", 21},      {"MERCURY", 32},
    {"VENUS", 33},     {"MARS", 34},   {"JUPITER", 35},  {"SATURN", 36},    {"URANUS", 37},
    {"NEPTUNE", 38},   {"PLUTO", 39},  {"SUN", 40},      {"MOON", 41},      {"COMET", 42},
};

static bool names_column(const cal_table_def &def, const std::string &name)
{
    for (int i = 0; i < def.columns; i++)
        if (name == def.column[i].name)
            return true;
    return false;
}

static void add_frames(TableRecord &info, const std::vector<Frame> &frames)
{
    Vector<String> names(frames.size());
    Vector<uInt> codes(frames.size());
    for (size_t i = 0; i < frames.size(); i++) {
        names[i] = frames[i].name;
        codes[i] = frames[i].code;
    }
    info.define("TabRefTypes", names);
    info.define("TabRefCodes", codes);
}

/* As many units as the measure has numbers: CASA's rule, and casacore's MS classes check it. */
static int unit_count(const std::string &measure)
{
    if (measure == "direction")
        return 2;
    return measure == "position" || measure == "uvw" ? 3 : 1;
}

void cal::describe_measure(const cal_column_def &column, const cal_table_def &def, ColumnDesc &desc)
{
    std::string text = column.measure ? column.measure : "";
    std::string measure = text.substr(0, text.find(' '));
    if (column.unit)
        desc.rwKeywordSet().define("QuantumUnits",
                                   Vector<String>(unit_count(measure), column.unit));
    if (measure.empty())
        return;
    std::string frame = text.substr(measure.size() + 1);
    TableRecord info;
    info.define("type", String(measure));
    if (names_column(def, frame)) {
        info.define("VarRefCol", String(frame));
        add_frames(info, measure == "direction" ? direction_frames : frequency_frames);
    } else {
        info.define("Ref", String(frame));
    }
    desc.rwKeywordSet().defineRecord("MEASINFO", info);
}
