#include "cli/selection/path_options.hpp"

#include <charconv>

#include "base/fail.hpp"
#include "cli/options.hpp"

namespace linden::cli {

void add_path_options(CLI::App& command, PathFields& fields) {
  command
      .add_option(
          "--strengths", fields.strengths,
          "strengths of the penalty, falling: 1,0.1,0.01 (default: from the least one that keeps all weights 0)")
      ->delimiter(',');
  command.add_option("--count", fields.count, "how many strengths")
      ->check(whole_number(2, 100'000))
      ->capture_default_str();
  command.add_option("--least", fields.least, "the last strength, as a share of the first")->capture_default_str();
  command
      .add_option("--l1-share", fields.l1_share,
                  "of each strength, what goes to l1; the rest goes to l2 (0 is ridge, and wants --strengths)")
      ->capture_default_str();
  command
      .add_option("--most-nonzero", fields.most_nonzero,
                  "end behind the first strength with more columns than this; 0: do not")
      ->check(whole_number(0, 2'147'483'647))
      ->capture_default_str();
}

LinearPathOptions path_options(const PathFields& fields) {
  LinearPathOptions options;
  options.count = fields.count;
  options.least = fields.least;
  options.l1_share = fields.l1_share;
  options.most_nonzero = fields.most_nonzero;
  for (const std::string& text : fields.strengths) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      fail<ArgumentError>("--strengths {}: \"{}\" is no number.", fmt::join(fields.strengths, ","), text);
    options.strengths.push_back(value);
  }
  return options;
}

}  // namespace linden::cli
