// Times with events: from memory and from CSV, the signs that labels get, and every message.
#include "data/reading.hpp"

namespace linden {
namespace {

constexpr std::string_view table = "x,days,died\n1,5,1\n2,3.5,0\n3,7,1\n";

TEST(DatasetEvents, GiveTimesASign) {
  const Dataset data = csv(table, {.label = "days", .event = "died"});
  EXPECT_EQ(numbers(data.label()), (std::vector<double>{5, -3.5, 7}));
  EXPECT_EQ(data.feature_names(), std::vector<std::string>{"x"});
  EXPECT_EQ(data.schema().event_name, "died");
  EXPECT_EQ(data.schema().label_names, std::vector<std::string>{"days"});
  EXPECT_TRUE(data.has_event());
  EXPECT_EQ(fmt::format("{}",
                        [&] {
                          std::ostringstream out;
                          out << data;
                          return out.str();
                        }()),
            "3 rows, 1 feature; label days: times from 3.5 to 7, 2 events");
  const Dataset words = csv("x,days,died\n1,5,Yes\n2,3.5,no\n3,7,TRUE\n", {.label = "days", .event = "died"});
  EXPECT_EQ(numbers(words.label()), numbers(data.label()));
  const Dataset memory = Dataset::from_rows({1.0, 2.0, 3.0}, 1, {.label = {5, 3.5, 7}, .event = {1, 0, 1}});
  EXPECT_EQ(numbers(memory.label()), numbers(data.label()));
  EXPECT_FALSE(memory.with_label(std::vector<double>{1, 2, 3}).has_event());
}

TEST(DatasetEvents, FollowTheSchema) {
  const Dataset data = csv(table, {.label = "days", .event = "died"});
  const Dataset other = csv_by(data.schema(), "died,days,x\n0,2,9\n");
  EXPECT_EQ(numbers(other.label()), std::vector<double>{-2});
  EXPECT_TRUE(other.has_event());
  EXPECT_FALSE(csv_by(data.schema(), "x\n4\n").has_label());
  EXPECT_EQ(refusal<ArgumentError>([&] { csv_by(data.schema(), "x,days\n4,2\n"); }).substr(0, 46),
            "Dataset::from_csv(\"x.csv\"): no column \"died\". ");
  const std::vector<std::int64_t> rows{2, 0};
  EXPECT_EQ(numbers(data.take(rows).label()), (std::vector<double>{7, 5}));
  EXPECT_TRUE(Dataset::concat({data, data}).has_event());
}

TEST(DatasetEvents, SecondLabelsMayBeInfinite) {
  const Dataset data = csv("x,low,high\n1,5,5\n2,3,inf\n3,0,7\n", {.label = {"low", "high"}});
  EXPECT_EQ(numbers(data.label()), (std::vector<double>{5, 5, 3, INFINITY, 0, 7}));
  EXPECT_EQ(refusal<DataError>([] {
              csv("x,low,high\n1,inf,5\n", {.label = {"low", "high"}});
            }).substr(0, 36),
            "x.csv:2: the label (column \"low\") is");
  EXPECT_EQ(refusal<DataError>([] {
              csv("x,low,high\n1,1,-inf\n", {.label = {"low", "high"}});
            }).substr(0, 37),
            "x.csv:2: the label (column \"high\") is");
}

TEST(DatasetEvents, Refusals) {
  const auto refused = [](std::string_view text) {
    return refusal<DataError>([&] { csv(text, {.label = "days", .event = "died"}); });
  };
  EXPECT_EQ(refused("x,days,died\n1,5,1\n2,3,2\n"),
            "x.csv:3: the event (column \"died\") is \"2\", but an event is 1 (it came then) or 0 (it had not come by "
            "then); true and false, yes and no do as well.");
  EXPECT_EQ(refused("x,days,died\n1,5,yes\n2,3,maybe\n"),
            "x.csv:3: the event (column \"died\") is \"maybe\", but an event is 1 (it came then) or 0 (it had not come "
            "by then); true and false, yes and no do as well.");
  EXPECT_EQ(
      refused("x,days,died\n1,5,1\n2,0,1\n"),
      "x.csv:3: the label (column \"days\") is \"0\", but times of events are above 0. Hint: half of the least time "
      "that the clock tells apart.");
  const auto options = [](const CsvOptions& csv_options) {
    return refusal<ArgumentError>([&] { csv(table, csv_options); });
  };
  EXPECT_EQ(options({.event = "died"}),
            "Dataset::from_csv(\"x.csv\"): the event (column \"died\") goes with one label, a time, and there are 0. "
            "Hint: name the "
            "column of times, .label = \"...\".");
  EXPECT_EQ(options({.label = {"x", "days"}, .event = "died"}),
            "Dataset::from_csv(\"x.csv\"): the event (column \"died\") goes with one label, a time, and there are 2. "
            "Hint: of two "
            "bounds, equal ones say that the event came, inf that it did not.");
  EXPECT_EQ(options({.label = "days", .event = "days"}),
            "Dataset::from_csv(\"x.csv\"): column \"days\" cannot be the label and the event.");
  const auto memory = [](const NumberList& time, const NumberList& event) {
    return [=] { Dataset::from_rows({1.0, 2.0}, 1, {.label = time, .event = event}); };
  };
  EXPECT_EQ(refusal<DataError>(memory({1, 2}, {1, 3})),
            "Dataset: the event is 3 at row 1, but an event is 1 (it came then) or 0 (it had not come by then).");
  EXPECT_EQ(refusal<DataError>(memory({1, -2}, {1, 0})),
            "Dataset: the label is -2 at row 1, but times of events are above 0. Hint: half of the least time that the "
            "clock tells apart.");
  EXPECT_EQ(refusal<ArgumentError>(memory({1, 2}, {1})), "Dataset: the event has shape [1], but must be [2].");
  EXPECT_EQ(refusal<ArgumentError>(memory({}, {1, 0})),
            "Dataset: an event goes with one label a row, the time at which it came, and there is none. Hint: of two "
            "bounds, equal ones say that the event came, an infinite one that it did not.");
}

}  // namespace
}  // namespace linden
