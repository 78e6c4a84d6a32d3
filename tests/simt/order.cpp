// The order of memory; order.hpp has the model.
#include "simt/order.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>
#include <utility>
#include <vector>

#include "simt/executor.hpp"

namespace linden::simt {
namespace {

// What one lane let the other blocks know: all of its block before a time, and one lane up to a time.
struct Release {
  std::uint32_t before, own;
  unsigned index;
  std::uint64_t clock;
};

std::vector<std::vector<Release>> releases;                       // by block of this kernel
std::unordered_map<std::uintptr_t, std::uint64_t> clock_of_word;  // what reading it tells
std::uint64_t release_clock = 0;

std::uint64_t publish(Lane& lane) {
  Block& block = *lane.block;
  const std::uint32_t before = std::max(lane.fenced_before, block.fenced_before), own = lane.fenced_own;
  if (before == lane.published_before && own == lane.published_own) return lane.published;
  if (before == block.published_before && own < before) return block.published;
  lane.published_before = before;
  lane.published_own = own;
  block.published_before = before;
  block.published = lane.published = ++release_clock;
  auto& all = releases[block.instance - executor.first_instance];
  all.push_back({before, own, lane.index, lane.published});
  const Warp& warp = block.warp_of(lane);
  for (unsigned other = 0; other < 32; ++other)  // what __syncwarp told this lane goes along
    if (other != lane.number() && warp.known[lane.number()][other] >= before)
      all.push_back({before, warp.known[lane.number()][other], lane.index - lane.number() + other, lane.published});
  return lane.published;
}

}  // namespace

void start_order() {
  releases.clear();
  clock_of_word.clear();
  release_clock = 0;
}

void start_order(Block& block) {
  releases.resize(block.instance - executor.first_instance + 1);
  block.barrier_time = block.fenced_before = 1;
  block.unfenced_lanes = 0;
  block.acquired = block.published = 0;
  block.published_before = 1;
  for (unsigned i = 0; i < block.threads; ++i) {
    Lane& lane = block.lanes[i];
    lane.time = 1;
    lane.fenced_before = lane.fenced_own = 0;
    lane.published_before = 1;
    lane.published_own = 0;
    lane.published = lane.acquired = 0;
    lane.unfenced = false;
  }
  for (unsigned warp = 0; warp * 32 < block.threads; ++warp)
    for (auto& row : block.warps[warp].known) std::fill(std::begin(row), std::end(row), 0u);
}

void order_by_barrier(Block& block) {
  std::uint32_t latest = block.barrier_time, covered = block.fenced_before;
  for (unsigned i = 0; i < block.threads; ++i) {
    const Lane& lane = block.lanes[i];
    latest = std::max(latest, lane.time);
    covered = std::max(covered, lane.fenced_before);
    block.acquired = std::max(block.acquired, lane.acquired);
  }
  const std::uint32_t next = latest + 1;
  // When nothing is left unfenced, neither before the last barrier nor since, fences cover everything so far.
  block.fenced_before = covered >= block.barrier_time && block.unfenced_lanes == 0 ? next : covered;
  block.unfenced_lanes = 0;
  block.barrier_time = next;
  for (unsigned i = 0; i < block.threads; ++i) {
    block.lanes[i].time = next;
    block.lanes[i].unfenced = false;
  }
}

void order_by_warp(Warp& warp, Lane* lanes, unsigned mask) {
  std::uint32_t joint[32] = {};
  std::uint64_t acquired = 0;
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    const int i = std::countr_zero(rest);
    for (int j = 0; j < 32; ++j) joint[j] = std::max(joint[j], warp.known[i][j]);
    joint[i] = std::max(joint[i], lanes[i].time);
    acquired = std::max(acquired, lanes[i].acquired);
  }
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    const int i = std::countr_zero(rest);
    std::copy(std::begin(joint), std::end(joint), warp.known[i]);
    ++lanes[i].time;
    lanes[i].acquired = acquired;
  }
}

void order_by_fence(Lane& lane) {
  Block& block = *lane.block;
  lane.fenced_before = block.barrier_time;
  lane.fenced_own = lane.time++;
  if (std::exchange(lane.unfenced, false)) --block.unfenced_lanes;
}

void leave_unfenced(Lane& lane) {
  if (!std::exchange(lane.unfenced, true)) ++lane.block->unfenced_lanes;
}

void order_by_atomic(Lane& lane, std::uintptr_t word, bool reads, bool writes) {
  const std::uint64_t mine = writes ? publish(lane) : 0;
  if (writes) leave_unfenced(lane);
  if (release_clock == 0) return;
  if (reads)
    if (const auto known = clock_of_word.find(word); known != clock_of_word.end())
      lane.acquired = std::max(lane.acquired, known->second);
  if (mine == 0) return;
  std::uint64_t& clock = clock_of_word[word];
  clock = std::max(clock, mine);
}

bool is_ordered(std::uint32_t instance, unsigned index, std::uint32_t time, const Lane& now) {
  if (instance < executor.first_instance) return true;  // an earlier kernel
  Block& block = *now.block;
  if (instance == block.instance) {
    if (index == now.index || time < block.barrier_time) return true;
    if (index / 32 == now.index / 32 && time <= block.warp_of(now).known[now.number()][index % 32]) return true;
  }
  const std::uint64_t acquired = std::max(now.acquired, block.acquired);
  if (acquired == 0) return false;
  for (const Release& release : releases[instance - executor.first_instance])
    if (release.clock <= acquired && (time < release.before || (index == release.index && time <= release.own)))
      return true;
  return false;
}

}  // namespace linden::simt
