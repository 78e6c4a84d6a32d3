// Meetings: the barrier of a block, and everything that lanes of a warp do together under a mask.
//
// Whoever cannot be met any more (it has returned, waits elsewhere, brings another mask) is reported at once, by the
// lane that finds it.
#include <bit>
#include <cstring>

#include "simt/executor.hpp"
#include "simt/order.hpp"
#include "simt/report.hpp"

namespace linden::simt {
namespace {

bool same(const Site& a, const Site& b) {
  return a.line == b.line && (a.file == b.file || std::strcmp(a.file, b.file) == 0);
}

void refuse_barrier(Block& block, const Lane& lane, Site site) {
  if (block.exited > 0)
    report([&] {
      return fmt::format("waits at the barrier at {}, but {} of {} threads of the block have returned", text(site),
                         block.exited, block.threads);
    });
  if (block.arrived > 0 && !same(block.site, site))
    report([&] {
      return fmt::format("divergent barrier: it waits at {} while {} threads of the block wait at {}", text(site),
                         block.arrived, text(block.site));
    });
  const unsigned first = lane.index - lane.number();
  for (std::uint32_t rest = block.warp_of(lane).meeting; rest != 0; rest &= rest - 1) {
    const Lane& other = block.lanes[first + unsigned(std::countr_zero(rest))];
    if (other.mask >> lane.number() & 1)
      report([&] {
        return fmt::format(
            "waits at the barrier of the block at {}, but lane {} waits for it at {} with the mask {:#010x}",
            text(site), other.number(), text(other.site), other.mask);
      });
  }
}

// Another lane of the mask waits already: for this one too, or for others, and may come here later.
void refuse_other(const Lane& other, const Lane& lane, WarpOp op, unsigned mask, Site site) {
  if ((other.mask >> lane.number() & 1) == 0) return;
  if (other.mask != mask)
    report([&] {
      return fmt::format("lanes differ: the mask {:#010x} at {}, but lane {} waits with {:#010x} at {}", mask,
                         text(site), other.number(), other.mask, text(other.site));
    });
  if (other.op != op || !same(other.site, site))
    report([&] {
      return fmt::format("lanes differ: it is at {}, but lane {} of its mask {:#010x} waits at {}", text(site),
                         other.number(), mask, text(other.site));
    });
}

void refuse_meeting(Block& block, const Warp& warp, const Lane& lane, WarpOp op, unsigned mask, Site site) {
  if ((mask >> lane.number() & 1) == 0)
    report([&] {
      return fmt::format("the mask {:#010x} at {} does not name the calling lane {}", mask, text(site), lane.number());
    });
  if (const unsigned absent = mask & ~warp.present)
    report([&] {
      return fmt::format("the mask {:#010x} at {} names {}, which the block does not have", mask, text(site),
                         lanes_of(absent));
    });
  if (const unsigned gone = mask & warp.exited)
    report([&] {
      return fmt::format("the mask {:#010x} at {} names {}, which has returned", mask, text(site), lanes_of(gone));
    });
  if (const unsigned away = mask & warp.barrier)
    report([&] {
      return fmt::format("the mask {:#010x} at {} names {}, waiting at the barrier of the block at {}", mask,
                         text(site), lanes_of(away), text(block.site));
    });
  if (const unsigned met = mask & warp.meeting)
    refuse_other(block.lanes[lane.index - lane.number() + unsigned(std::countr_zero(met))], lane, op, mask, site);
}

// Whether all lanes of the mask have arrived, at this meeting and no other.
bool all_arrived(const Warp& warp, const Lane* lanes, const Lane& lane, unsigned mask) {
  if ((warp.meeting & mask) != mask) return false;
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    const Lane& other = lanes[std::countr_zero(rest)];
    if (other.mask == mask) continue;
    refuse_other(other, lane, lane.op, mask, lane.site);
    return false;
  }
  return true;
}

// What each lane of the mask gets. All have arrived, and none goes on before this is done.
void exchange(Lane* lanes, WarpOp op, unsigned mask) {
  if (op == WarpOp::barrier) return;
  std::uint32_t ballot = 0;
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    const int i = std::countr_zero(rest);
    if (lanes[i].value != 0) ballot |= 1u << i;
  }
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    Lane& lane = lanes[std::countr_zero(rest)];
    lane.result = ballot;
    if (op == WarpOp::shuffle) lane.result = lanes[lane.source].value;
    if (op == WarpOp::match) {
      lane.result = 0;
      for (unsigned others = mask; others != 0; others &= others - 1) {
        const int other = std::countr_zero(others);
        if (lanes[other].value == lane.value) lane.result |= 1u << other;
      }
    }
  }
}

}  // namespace

int block_barrier(Predicate kind, int predicate, Site site) {
  Lane& lane = *current;
  Block& block = *lane.block;
  Warp& warp = block.warp_of(lane);
  if (block.exited > 0 || block.arrived > 0 || warp.meeting != 0) refuse_barrier(block, lane, site);
  block.site = site;
  block.counted += predicate != 0;
  if (++block.arrived < block.threads) {
    warp.barrier |= 1u << lane.number();
    block.stop(lane);
  } else {
    const int counted = std::exchange(block.counted, 0);
    block.result = kind == Predicate::any   ? counted > 0
                   : kind == Predicate::all ? counted == int(block.threads)
                                            : counted;
    block.arrived = 0;
    for (unsigned w = 0; w * 32 < block.threads; ++w) {
      block.warps[w].barrier = 0;
      block.make_ready(w, block.warps[w].present);
    }
    if (instrumented) order_by_barrier(block);
    executor.progress();
  }
  pass_on();
  return block.result;
}

std::uint64_t meet(WarpOp op, unsigned mask, std::uint64_t value, unsigned source, Site site) {
  Lane& lane = *current;
  Block& block = *lane.block;
  Warp& warp = block.warp_of(lane);
  const std::uint32_t mine = 1u << lane.number();
  if ((mask & mine) == 0 || (mask & (~warp.present | warp.exited | warp.barrier | warp.meeting)) != 0)
    refuse_meeting(block, warp, lane, op, mask, site);
  if (op == WarpOp::shuffle && (mask >> source & 1) == 0)
    report([&] {
      return fmt::format("the shuffle at {} reads lane {}, which its mask {:#010x} does not name", text(site), source,
                         mask);
    });
  lane.op = op;
  lane.mask = mask;
  lane.value = value;
  lane.source = source;
  lane.site = site;
  warp.meeting |= mine;
  Lane* const lanes = &block.lanes[lane.index - lane.number()];
  if (!all_arrived(warp, lanes, lane, mask)) {
    block.stop(lane);
  } else {
    exchange(lanes, op, mask);
    if (instrumented && op == WarpOp::barrier) order_by_warp(warp, lanes, mask);
    warp.meeting &= ~mask;
    block.make_ready(lane.index / 32, mask);
    executor.progress();
  }
  pass_on();
  return lane.result;
}

}  // namespace linden::simt
