// How close a fit came, in words: a few lines for people, one JSON object for programs.
#include "linear/certificate.hpp"

#include <ostream>
#include <set>
#include <string_view>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr FitStatus statuses[] = {FitStatus::converged, FitStatus::collinear, FitStatus::separable,
                                  FitStatus::iteration_limit, FitStatus::stalled};
constexpr GapKind gap_kinds[] = {GapKind::bound, GapKind::estimate};
// The solvers that can have run: not automatic.
constexpr Solver solvers[] = {Solver::newton_cholesky, Solver::qr, Solver::newton_cg, Solver::lbfgs,
                              Solver::coordinate_descent};

// A line: what it is about in 12 places, as the program's other lines.
std::string line(std::string_view name, const std::string& text) { return fmt::format("{:<11} {}\n", name, text); }

std::string names_line(std::string_view name, const std::vector<std::string>& columns) {
  return columns.empty() ? "" : line(name, listing(columns));
}

// Columns with the intercept: those that count, and those that were found to add nothing.
std::size_t counted(const Certificate& c) {
  return static_cast<std::size_t>(*c.rank) + c.constant_columns.size() + c.collinear_columns.size();
}

template <class T, std::size_t size>
T named(const JsonReader& json, const T (&values)[size]) {
  for (const T value : values)
    if (json.text() == name_of(value)) return value;
  json.refuse(fmt::format("is \"{}\", which is not known here", json.text()));
}

std::vector<std::string> columns_of(const JsonReader& json, std::span<const std::string> features) {
  std::vector<std::string> names = json.texts();
  if (names.empty()) return names;
  const std::set<std::string_view> known(features.begin(), features.end());
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!known.contains(names[i])) json[i].refuse("is none of the model's columns");
  return names;
}

// A number >= 0; a gap may be unknown, and then it is infinite.
double size_of(const JsonReader& json) {
  const double size = json.number();
  if (!(size >= 0)) json.refuse(fmt::format("is {}, below 0", size));
  return size;
}

}  // namespace

const char* name_of(FitStatus status) noexcept {
  switch (status) {
    case FitStatus::converged: return "converged";
    case FitStatus::collinear: return "collinear";
    case FitStatus::separable: return "separable";
    case FitStatus::iteration_limit: return "iteration_limit";
    case FitStatus::stalled: return "stalled";
  }
  return "unknown";
}

const char* name_of(GapKind kind) noexcept {
  switch (kind) {
    case GapKind::bound: return "bound";
    case GapKind::estimate: return "estimate";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, const Certificate& c) {
  std::string text = line("status", name_of(c.status));
  text += line("objective", fmt::format("{:.12g}", c.objective));
  text += line("gap", fmt::format("{:.2g} ({}; relative {:.2g}, asked for {:.2g})", c.gap, name_of(c.gap_kind),
                                  c.relative_gap, c.tolerance));
  text += line("kkt", fmt::format("{:.2g}", c.kkt_distance));
  const std::string condition = c.condition ? fmt::format("{:.3g}", *c.condition) : "";
  if (c.rank)
    text +=
        line("rank", fmt::format("{} of {}{}{}", *c.rank, counted(c), c.condition ? ", condition " : "", condition));
  else if (c.condition)
    text += line("condition", condition);
  text += line("solver", fmt::format("{}, {} iteration{}{}{}", name_of(c.solver), c.iterations,
                                     c.iterations == 1 ? "" : "s", c.why.empty() ? "" : ": ", c.why));
  text += names_line("constant", c.constant_columns);
  text += names_line("collinear", c.collinear_columns);
  text += names_line("separating", c.separating_columns);
  if (c.seconds > 0) text += line("seconds", fmt::format("{:.3f}", c.seconds));
  return out << text;
}

std::string to_json(const Certificate& certificate, bool with_seconds) {
  return certificate_to_json(certificate, with_seconds).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json certificate_to_json(const Certificate& c, bool with_seconds) {
  Json json{{"status", name_of(c.status)},
            {"objective", json_of_number(c.objective)},
            {"gap", json_of_number(c.gap)},
            {"gap_kind", name_of(c.gap_kind)},
            {"tolerance", json_of_number(c.tolerance)},
            {"relative_gap", json_of_number(c.relative_gap)},
            {"kkt_distance", json_of_number(c.kkt_distance)},
            {"rank", nullptr},
            {"condition", nullptr},
            {"iterations", c.iterations},
            {"solver", name_of(c.solver)},
            {"why", c.why},
            {"constant_columns", c.constant_columns},
            {"collinear_columns", c.collinear_columns},
            {"separating_columns", c.separating_columns}};
  if (c.rank) json["rank"] = *c.rank;
  if (c.condition) json["condition"] = json_of_number(*c.condition);
  if (with_seconds) json["seconds"] = c.seconds;
  return json;
}

Certificate certificate_from_json(const JsonReader& json, std::span<const std::string> features) {
  Certificate c;
  c.status = named(json["status"], statuses);
  c.objective = json["objective"].number();
  c.gap = size_of(json["gap"]);
  c.gap_kind = named(json["gap_kind"], gap_kinds);
  c.tolerance = json["tolerance"].finite();
  if (!(c.tolerance > 0 && c.tolerance < 1))
    json["tolerance"].refuse(fmt::format("is {}, outside (0, 1)", c.tolerance));
  c.relative_gap = size_of(json["relative_gap"]);
  c.kkt_distance = size_of(json["kkt_distance"]);
  const auto columns = static_cast<std::int64_t>(features.size()) + 1;
  if (!json["rank"].value().is_null()) c.rank = static_cast<int>(json["rank"].whole(0, columns));
  if (!json["condition"].value().is_null()) c.condition = size_of(json["condition"]);
  c.iterations = static_cast<int>(json["iterations"].whole(0, INT32_MAX));
  c.solver = named(json["solver"], solvers);
  c.why = json["why"].text();
  c.constant_columns = columns_of(json["constant_columns"], features);
  c.collinear_columns = columns_of(json["collinear_columns"], features);
  c.separating_columns = columns_of(json["separating_columns"], features);
  return c;
}

}  // namespace linden
