#include "ranks/agreement.hpp"

#include <gtest/gtest.h>

#include <linden/error.hpp>

#include "meeting.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

// Calls f(ranks) on each of so many ranks.
template <class F>
void on_ranks(int count, const F& f) {
  Meeting meeting(count, false);
  meeting.run([&](int rank) {
    Meeting::Member comms(meeting, host_memory_kernels(), rank);
    Workers workers(1);
    Context context{workers, nullptr, &comms};
    f(Ranks(host_memory_kernels(), context));
  });
}

TEST(Agreement, GathersTextsOfAnyLength) {
  on_ranks(3, [](const Ranks& ranks) {
    const std::vector<std::string> texts{"", "seven b", std::string(100, 'x') + '\0' + "y"};
    EXPECT_EQ(gather_texts(ranks, texts[static_cast<std::size_t>(ranks.rank())]), texts);
    EXPECT_EQ(gather_texts(ranks, ""), std::vector<std::string>(3));
  });
  EXPECT_EQ(gather_texts({}, "alone"), std::vector<std::string>{"alone"});
}

TEST(Agreement, PacksTexts) {
  const std::vector<std::string> texts{"a", "", std::string("b\0c", 3), packed({"d"})};
  EXPECT_EQ(unpacked(packed(texts)), texts);
  EXPECT_TRUE(unpacked("").empty());
}

TEST(Agreement, NamesWhoDiffersInWhat) {
  on_ranks(3, [](const Ranks& ranks) {
    EXPECT_NO_THROW(agree("here", ranks, {{"a", "1"}, {"b", "2"}}));
    EXPECT_EQ(refusal<ArgumentError>([&] {
                agree("here", ranks, {{"a", "1"}, {"b", ranks.rank() == 1 ? "3" : "2"}});
              }),
              "here: b is 3 on rank 1, and 2 on rank 0. Hint: pass the same to all ranks, but for rows.");
    EXPECT_EQ(refusal<ArgumentError>([&] {
                agree("here", ranks, {{ranks.rank() == 2 ? "c" : "a", "1"}});
              }),
              "here: rank 2 says what its c is where rank 0 says that of its a. Hint: the same program on all ranks.");
    EXPECT_EQ(refusal<ArgumentError>([&] {
                agree("here", ranks, Facts(ranks.rank() == 1 ? 2 : 1, {"a", "1"}));
              }),
              "here: rank 1 has other settings than rank 0. Hint: the same program on all ranks.");
  });
}

TEST(Agreement, ThrowsTogether) {
  on_ranks(2, [](const Ranks& ranks) {
    EXPECT_NO_THROW(together("here", ranks, [] {}));
    const std::string said = refusal<Error>([&] {
      together("here", ranks, [&] {
        if (ranks.rank() == 1) throw FileError("x.csv: cannot open the file.");
      });
    });
    EXPECT_EQ(said, ranks.rank() == 1 ? "x.csv: cannot open the file."
                                      : "here: rank 1 cannot go on: x.csv: cannot open the file.");
  });
}

}  // namespace
}  // namespace linden
