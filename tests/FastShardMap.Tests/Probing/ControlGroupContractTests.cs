using FastShardMap.Layout;

namespace FastShardMap.Tests.Probing;

/// <summary>The contract stated in IControlGroup.cs, run over every implementation.</summary>
public abstract class ControlGroupContractTests
{
    private static readonly byte[] SomeOverflowCounts = [0, 1, 2, 0x55, 0x7E, ControlWord.SaturatedOverflow];

    private readonly IControlGroupUnderTest _group;

    private protected ControlGroupContractTests(IControlGroupUnderTest group)
    {
        _group = group;
        Assert.SkipUnless(group.IsSupported, "The processor, or the settings of this run, lack the instructions.");
    }

    [Fact]
    public void Match_EveryTagInEverySlotUnderEveryOverflowCount_FindsThatSlotOnly()
    {
        for (int tag = 0x80; tag <= 0xFF; tag++)
        {
            byte pattern = (byte)tag;
            for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
            {
                for (int overflow = 0; overflow <= ControlWord.SaturatedOverflow; overflow++)
                {
                    ulong control = ControlWord.WithTag(WithOverflow((byte)overflow), slot, (byte)tag);
                    Assert.Equal(slot, Assert.Single(Slots(_group.Match(control, pattern))));
                }
            }
        }
    }

    [Fact]
    public void Match_EveryPairOfTagsInNeighbouringSlots_FollowsTheContract()
    {
        for (int tag = 0x80; tag <= 0xFF; tag++)
        {
            for (int other = 0x80; other <= 0xFF; other++)
            {
                for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
                {
                    // The other tag everywhere, but in one slot the tag we look for.
                    ulong control = WithOverflow((byte)(other & ControlWord.SaturatedOverflow));
                    for (int i = 0; i < ControlWord.MaxSlots; i++)
                    {
                        control = ControlWord.WithTag(control, i, (byte)(i == slot ? tag : other));
                    }

                    AssertContract(control, (byte)tag);
                }
            }
        }
    }

    [Fact]
    public void Match_RandomControlWordsOfFewTags_FollowsTheContract()
    {
        Random random = new(20_251);
        for (int round = 0; round < 200_000; round++)
        {
            // Few different tags, close to each other, make matches and borrows common.
            byte tag = (byte)(0x80 | random.Next());
            ulong control = WithOverflow((byte)random.Next(ControlWord.SaturatedOverflow + 1));
            for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
            {
                if (random.Next(4) != 0)
                {
                    control = ControlWord.WithTag(control, slot, (byte)(tag ^ random.Next(3)));
                }
            }

            AssertContract(control, tag);
        }
    }

    [Fact]
    public void Match_EmptyGroup_FindsNothingWhateverTheOverflowCount()
    {
        for (int tag = 0x80; tag <= 0xFF; tag++)
        {
            for (int overflow = 0; overflow <= ControlWord.SaturatedOverflow; overflow++)
            {
                Assert.Equal(0UL, _group.Match(WithOverflow((byte)overflow), (byte)tag));
            }
        }
    }

    [Fact]
    public void Match_FullGroupOfOneTag_FindsEverySlot()
    {
        for (int tag = 0x80; tag <= 0xFF; tag++)
        {
            ulong control = ControlWord.Empty;
            for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
            {
                control = ControlWord.WithTag(control, slot, (byte)tag);
            }

            Assert.Equal(Enumerable.Range(0, ControlWord.MaxSlots), Slots(_group.Match(control, (byte)tag)));
        }
    }

    [Fact]
    public void MatchEmpty_EverySetOfOccupiedSlotsAndEverySlotCount_FindsTheOthersExactly()
    {
        for (int slotCount = 1; slotCount <= ControlWord.MaxSlots; slotCount++)
        {
            for (int occupied = 0; occupied < 1 << slotCount; occupied++)
            {
                foreach (byte overflow in SomeOverflowCounts)
                {
                    foreach (byte tag in (ReadOnlySpan<byte>)[0x80, 0x81, 0xFE, 0xFF])
                    {
                        ulong control = WithOverflow(overflow);
                        List<int> expected = new();
                        for (int slot = 0; slot < slotCount; slot++)
                        {
                            if ((occupied >> slot & 1) != 0)
                            {
                                control = ControlWord.WithTag(control, slot, tag);
                            }
                            else
                            {
                                expected.Add(slot);
                            }
                        }

                        Assert.Equal(expected, Slots(_group.MatchEmpty(control, slotCount)));
                    }
                }
            }
        }
    }

    [Fact]
    public void LowestSlotOffset_EveryMask_IsSlotTimesSlotBytes()
    {
        int[] slotSizes = [1, 2, 4, 8, 12, 16, 20, 24, 32, 40, 64, 256, 1000, 4096];
        for (int occupied = 0; occupied < (1 << ControlWord.MaxSlots) - 1; occupied++)
        {
            ulong control = ControlWord.Empty;
            for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
            {
                if ((occupied >> slot & 1) != 0)
                {
                    control = ControlWord.WithTag(control, slot, 0x80);
                }
            }

            ulong mask = _group.MatchEmpty(control, ControlWord.MaxSlots);
            foreach (int slotBytes in slotSizes)
            {
                Assert.Equal((nint)_group.LowestSlot(mask) * slotBytes, _group.LowestSlotOffset(mask, slotBytes));
            }
        }
    }

    [Fact]
    public void Match_AnySlot_SetsTheBitThatTheStrideSays()
    {
        ulong firstBit = _group.Match(ControlWord.WithTag(ControlWord.Empty, 0, 0xC3), 0xC3);
        for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
        {
            ulong mask = _group.Match(ControlWord.WithTag(ControlWord.Empty, slot, 0xC3), 0xC3);
            Assert.Equal(firstBit << (slot * _group.MaskStride), mask);
        }
    }

    private static ulong WithOverflow(byte overflow) => (ulong)overflow << 56;

    private void AssertContract(ulong control, byte tag)
    {
        List<int> found = Slots(_group.Match(control, tag));
        for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
        {
            byte controlByte = ControlWord.ControlByte(control, slot);
            bool mayBeFound = !_group.IsExact && controlByte == (tag ^ 1) && found.Contains(slot - 1);
            bool isRight = controlByte == tag ? found.Contains(slot) : mayBeFound || !found.Contains(slot);
            if (!isRight)
            {
                Assert.Fail(
                    $"Control word {control:X16}, tag {tag:X2}: found "
                        + $"[{string.Join(", ", found)}], wrong for slot {slot}.");
            }
        }
    }

    private List<int> Slots(ulong mask)
    {
        List<int> slots = new();
        for (; mask != 0; mask = _group.ClearLowest(mask))
        {
            slots.Add(_group.LowestSlot(mask));
        }

        Assert.All(slots, slot => Assert.InRange(slot, 0, ControlWord.MaxSlots - 1));
        return slots;
    }
}
