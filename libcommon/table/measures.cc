#include "table/measures.h"
#include <casacore/casa/BasicSL/Constants.h>
#include <casacore/casa/Exceptions/Error.h>
#include <casacore/casa/Logging/LogSink.h>
#include <casacore/casa/Logging/NullLogSink.h>
#include <casacore/casa/Quanta/MVuvw.h>
#include <casacore/measures/Measures/MBaseline.h>
#include <casacore/measures/Measures/MCBaseline.h>
#include <casacore/measures/Measures/MCDirection.h>
#include <casacore/measures/Measures/MCFrequency.h>
#include <casacore/measures/Measures/MCPosition.h>
#include <casacore/measures/Measures/MDirection.h>
#include <casacore/measures/Measures/MEpoch.h>
#include <casacore/measures/Measures/MFrequency.h>
#include <casacore/measures/Measures/MPosition.h>
#include <casacore/measures/Measures/MeasConvert.h>
#include <casacore/measures/Measures/MeasFrame.h>
#include <casacore/measures/Measures/MeasTable.h>
#include <exception>
#include <memory>
#include <string>

using namespace casacore;

struct cal_frame {
    MeasFrame frame;
    MVPosition centre;
    MDirection direction;
    std::unique_ptr<MBaseline::Convert> to_j2000; /* made once, follows the frame */
    MVDirection phase_centre;                     /* the direction in J2000 */
};

namespace
{

/* Runs `work`; whatever casacore throws becomes an error "what: text". */
template <class Work>
cal_status guarded(const char *what, cal_status bad, cal_error *err, Work work)
{
    try {
        static const bool silent = [] {
            LogSinkInterface *sink = new NullLogSink();
            LogSink::globalSink(sink);
            return true;
        }();
        (void)silent;
        return work();
    } catch (const std::exception &problem) {
        std::string text = problem.what();
        for (char &c : text)
            if (c == '\n')
                c = ' ';
        return cal_fail(err, bad, "%s: %s", what, text.c_str());
    }
}

MVPosition as_vector(const double position[3])
{
    return MVPosition(position[0], position[1], position[2]);
}

MVEpoch epoch(double mjd_s)
{
    double day = std::floor(mjd_s / C::day);
    return MVEpoch(day, (mjd_s - day * C::day) / C::day);
}

template <class Measure> bool reference(const char *name, typename Measure::Types &type)
{
    return Measure::getType(type, String(name));
}

std::string names_like(const char *name)
{
    const Vector<String> known = MeasTable::Observatories();
    std::string list;
    for (const String &candidate : known)
        if (toupper(candidate[0]) == toupper(name[0]))
            list += (list.empty() ? "" : ", ") + candidate;
    return list;
}

MVDirection converted(const cal_frame *frame, MDirection::Types type)
{
    return MDirection::Convert(frame->direction, MDirection::Ref(type, frame->frame))().getValue();
}

} // namespace

cal_status cal_observatory_position(const char *name, double position[3], cal_error *err)
{
    return guarded("finding an observatory", CAL_INPUT, err, [&] {
        MPosition found;
        if (!MeasTable::Observatory(found, name)) {
            std::string like = names_like(name);
            return cal_fail(err, CAL_INPUT, "casacore knows no observatory \"%s\"%s%s", name,
                            like.empty() ? "" : "; with this letter it knows ", like.c_str());
        }
        const Vector<Double> itrf =
            MPosition::Convert(found, MPosition::ITRF)().getValue().getValue();
        for (int i = 0; i < 3; i++)
            position[i] = itrf[i];
        return CAL_OK;
    });
}

cal_status cal_position_geodetic(const double position[3], double *longitude, double *latitude,
                                 double *height, cal_error *err)
{
    return guarded("converting a position", CAL_INPUT, err, [&] {
        MPosition itrf(as_vector(position), MPosition::ITRF);
        MVPosition value = MPosition::Convert(itrf, MPosition::WGS84)().getValue();
        *longitude = value.getLong();
        *latitude = value.getLat();
        *height = value.getLength().getValue("m");
        return CAL_OK;
    });
}

cal_status cal_frame_new(const double position[3], cal_frame **frame, cal_error *err)
{
    return guarded("setting up a frame", CAL_INPUT, err, [&] {
        std::unique_ptr<cal_frame> made(new cal_frame);
        made->centre = as_vector(position);
        made->frame.set(MPosition(made->centre, MPosition::ITRF));
        made->frame.set(MEpoch(epoch(0), MEpoch::UTC));
        *frame = made.release();
        return CAL_OK;
    });
}

void cal_frame_free(cal_frame *frame)
{
    delete frame;
}

cal_status cal_frame_set_time(cal_frame *frame, double mjd_s, cal_error *err)
{
    return guarded("setting the time of a frame", CAL_INPUT, err, [&] {
        frame->frame.resetEpoch(epoch(mjd_s));
        return CAL_OK;
    });
}

cal_status cal_frame_set_direction(cal_frame *frame, const char *name, const double direction[2],
                                   cal_error *err)
{
    return guarded("setting the direction of a frame", CAL_INPUT, err, [&] {
        MDirection::Types type;
        if (!reference<MDirection>(name, type))
            return cal_fail(err, CAL_INPUT, "unknown direction reference \"%s\"", name);
        frame->direction = MDirection(MVDirection(direction[0], direction[1]),
                                      MDirection::Ref(type, frame->frame));
        frame->frame.set(frame->direction);
        frame->phase_centre = converted(frame, MDirection::J2000);
        return CAL_OK;
    });
}

cal_status cal_frame_uvw(cal_frame *frame, int count, const double (*position)[3], double (*uvw)[3],
                         cal_error *err)
{
    return guarded("computing UVW", CAL_INPUT, err, [&] {
        if (!frame->to_j2000) {
            MBaseline any(MVBaseline(1, 0, 0), MBaseline::Ref(MBaseline::ITRF, frame->frame));
            frame->to_j2000.reset(
                new MBaseline::Convert(any, MBaseline::Ref(MBaseline::J2000, frame->frame)));
        }
        for (int i = 0; i < count; i++) {
            const MVPosition offset = as_vector(position[i]) - frame->centre;
            const MVBaseline j2000 = (*frame->to_j2000)(MVBaseline(offset)).getValue();
            const Vector<Double> value = MVuvw(j2000, frame->phase_centre).getValue();
            for (int k = 0; k < 3; k++)
                uvw[i][k] = value[k];
        }
        return CAL_OK;
    });
}

cal_status cal_frame_azel(cal_frame *frame, double *azimuth, double *elevation, cal_error *err)
{
    return guarded("computing azimuth and elevation", CAL_INPUT, err, [&] {
        const MVDirection azel = converted(frame, MDirection::AZEL);
        *azimuth = azel.getLong();
        *elevation = azel.getLat();
        return CAL_OK;
    });
}

cal_status cal_frame_frequencies(cal_frame *frame, const char *from, const char *to, int count,
                                 const double *in, double *out, cal_error *err)
{
    return guarded("converting frequencies", CAL_INPUT, err, [&] {
        MFrequency::Types source, target;
        if (!reference<MFrequency>(from, source) || !reference<MFrequency>(to, target))
            return cal_fail(err, CAL_INPUT, "unknown frequency frame in \"%s\" to \"%s\"", from,
                            to);
        MFrequency::Convert convert(MFrequency::Ref(source, frame->frame),
                                    MFrequency::Ref(target, frame->frame));
        for (int i = 0; i < count; i++)
            out[i] = convert(MVFrequency(in[i])).getValue().getValue();
        return CAL_OK;
    });
}
