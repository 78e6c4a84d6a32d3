// How close a fit came, in words: a few lines for people, one JSON object for programs.
#include "linear/certificate.hpp"

#include <limits>
#include <ostream>
#include <set>
#include <string_view>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

constexpr FitStatus statuses[] = {FitStatus::converged,       FitStatus::collinear, FitStatus::separable,
                                  FitStatus::iteration_limit, FitStatus::stalled,   FitStatus::imported,
                                  FitStatus::stationary_point};
constexpr GapKind gap_kinds[] = {GapKind::bound, GapKind::estimate};
// The solvers that can have run: not automatic.
constexpr Solver solvers[] = {
    Solver::newton_cholesky, Solver::qr,          Solver::newton_cg, Solver::lbfgs, Solver::coordinate_descent,
    Solver::interior_point,  Solver::dual_descent};

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
T read_name(JsonReader& json, const T (&values)[size]) {
  const std::string text = json.text();
  for (const T value : values)
    if (text == name_of(value)) return value;
  json.refuse(fmt::format("is \"{}\", which is not known here", text));
}

std::vector<std::string> read_columns(JsonReader& json, std::span<const std::string> features) {
  std::vector<std::string> names;
  std::set<std::string_view> known;
  for (json.open_list(); json.next();) {
    names.push_back(json.text());
    if (known.empty()) known.insert(features.begin(), features.end());
    if (!known.contains(names.back())) json.refuse("is none of the model's columns");
  }
  return names;
}

// A number >= 0; a gap may be unknown, and then it is infinite.
double read_size(JsonReader& json) {
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
    case FitStatus::stationary_point: return "stationary_point";
    case FitStatus::iteration_limit: return "iteration_limit";
    case FitStatus::stalled: return "stalled";
    case FitStatus::imported: return "imported";
  }
  return "unknown";
}

Certificate imported_certificate() {
  constexpr double unknown = std::numeric_limits<double>::infinity();
  Certificate c;
  c.status = FitStatus::imported;
  c.objective = c.gap = c.relative_gap = c.kkt_distance = unknown;
  c.gap_kind = GapKind::estimate;
  c.tolerance = LinearConfig{}.tolerance;
  return c;
}

const char* name_of(GapKind kind) noexcept {
  switch (kind) {
    case GapKind::bound: return "bound";
    case GapKind::estimate: return "estimate";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, const Certificate& c) try {
  if (c.status == FitStatus::imported)
    return out << line("status", fmt::format("imported: the weights are {}, and nothing is known of the optimum",
                                             c.why.empty() ? "another library's" : c.why));
  std::string text = line("status", c.status == FitStatus::stationary_point
                                        ? "stationary point: no small step is lower, and what is further away may be"
                                        : name_of(c.status));
  text += line("objective", fmt::format("{:.12g}", c.objective));
  const std::string source = c.gap_source.empty() ? "" : " from " + c.gap_source;
  text += line("gap", fmt::format("{:.2g} ({}{}; relative {:.2g}, asked for {:.2g})", c.gap, name_of(c.gap_kind),
                                  source, c.relative_gap, c.tolerance));
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
} catch (const std::bad_alloc&) {
  fail_out_of_memory("operator<<");
}

std::string to_json(const Certificate& certificate, bool with_seconds) try {
  std::string text;
  JsonWriter json([&](std::string_view part) { text += part; }, JsonWriter::Utf8::mended);
  write_certificate(json, certificate, with_seconds);
  json.flush();
  return text;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("to_json");
}

void write_certificate(JsonWriter& json, const Certificate& c, bool with_seconds) {
  json.open_object();
  json["status"].value(name_of(c.status));
  json["objective"].value(c.objective);
  json["gap"].value(c.gap);
  json["gap_kind"].value(name_of(c.gap_kind));
  if (!c.gap_source.empty()) json["gap_source"].value(c.gap_source);
  json["tolerance"].value(c.tolerance);
  json["relative_gap"].value(c.relative_gap);
  json["kkt_distance"].value(c.kkt_distance);
  c.rank ? json["rank"].value(*c.rank) : json["rank"].null();
  c.condition ? json["condition"].value(*c.condition) : json["condition"].null();
  json["iterations"].value(c.iterations);
  json["solver"].value(name_of(c.solver));
  json["why"].value(c.why);
  json["constant_columns"].values(c.constant_columns);
  json["collinear_columns"].values(c.collinear_columns);
  json["separating_columns"].values(c.separating_columns);
  if (with_seconds) json["seconds"].value(c.seconds);
  json.close_object();
}

Certificate read_certificate(JsonReader& json, std::span<const std::string> features) {
  Certificate c;
  json.open_object();
  c.status = read_name(json["status"], statuses);
  c.objective = json["objective"].number();
  c.gap = read_size(json["gap"]);
  c.gap_kind = read_name(json["gap_kind"], gap_kinds);
  if (c.gap_kind == GapKind::estimate && json.next_is("gap_source")) c.gap_source = json["gap_source"].text();
  c.tolerance = json["tolerance"].finite();
  if (!(c.tolerance > 0 && c.tolerance < 1)) json.refuse(fmt::format("is {}, outside (0, 1)", c.tolerance));
  c.relative_gap = read_size(json["relative_gap"]);
  c.kkt_distance = read_size(json["kkt_distance"]);
  const auto columns = static_cast<std::int64_t>(features.size()) + 1;
  if (!json["rank"].null()) c.rank = static_cast<int>(json.whole(0, columns));
  if (!json["condition"].null()) c.condition = read_size(json);
  c.iterations = static_cast<int>(json["iterations"].whole(0, INT32_MAX));
  c.solver = c.status == FitStatus::imported ? read_name(json["solver"], {Solver::automatic})
                                             : read_name(json["solver"], solvers);
  c.why = json["why"].text();
  c.constant_columns = read_columns(json["constant_columns"], features);
  c.collinear_columns = read_columns(json["collinear_columns"], features);
  c.separating_columns = read_columns(json["separating_columns"], features);
  json.close_object();
  return c;
}

}  // namespace linden
