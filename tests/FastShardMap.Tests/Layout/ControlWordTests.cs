using FastShardMap.Layout;

namespace FastShardMap.Tests.Layout;

public sealed class ControlWordTests
{
    [Fact]
    public void WithTag_EverySlotAndTag_ChangesThatControlByteOnly()
    {
        Random random = new(2);
        for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
        {
            for (int tag = 0x80; tag <= 0xFF; tag++)
            {
                ulong before = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
                ulong after = ControlWord.WithTag(before, slot, (byte)tag);
                Assert.Equal(tag, ControlWord.ControlByte(after, slot));
                Assert.Equal(0UL, (before ^ after) & ~(0xFFUL << (8 * slot)));
            }
        }
    }

    [Fact]
    public void WithoutTag_EverySlot_EmptiesThatSlotOnly()
    {
        for (int slot = 0; slot < ControlWord.MaxSlots; slot++)
        {
            ulong after = ControlWord.WithoutTag(ulong.MaxValue, slot);
            Assert.Equal(0, ControlWord.ControlByte(after, slot));
            Assert.Equal(ulong.MaxValue, after | (0xFFUL << (8 * slot)));
        }
    }

    [Theory]
    [InlineData(1, 0x80UL)]
    [InlineData(3, 0x80_8080UL)]
    [InlineData(7, 0x80_8080_8080_8080UL)]
    public void OccupiedBits_SlotCount_CoversTheFirstSlots(int slotCount, ulong expected) =>
        Assert.Equal(expected, ControlWord.OccupiedBits(slotCount));

    [Fact]
    public void IncrementOverflow_From0_CountsTo127AndStays()
    {
        const ulong Slots = 0x0081_FF00_80C3_A580;
        ulong control = Slots;
        for (int expected = 1; expected <= 1000; expected++)
        {
            control = ControlWord.IncrementOverflow(control);
            Assert.Equal(Math.Min(expected, 127), ControlWord.OverflowCount(control));
            Assert.Equal(Slots, control & 0x00FF_FFFF_FFFF_FFFF);
        }
    }

    [Fact]
    public void DecrementOverflow_EveryCountBelowSaturation_UndoesOneIncrement()
    {
        ulong control = 0x0081_8000_80C3_A580UL;
        for (int count = 0; count < ControlWord.SaturatedOverflow - 1; count++)
        {
            ulong next = ControlWord.IncrementOverflow(control);
            Assert.Equal(control, ControlWord.DecrementOverflow(next));
            control = next;
        }
    }

    [Fact]
    public void DecrementOverflow_Saturated_StaysSaturated()
    {
        const ulong Control = 0x7F00_0000_0000_0080;
        Assert.Equal(Control, ControlWord.DecrementOverflow(Control));
    }

#if !DEBUG // Debug builds assert that it does not happen.
    [Fact]
    public void DecrementOverflow_Zero_StaysZero() => Assert.Equal(0x80UL, ControlWord.DecrementOverflow(0x80));
#endif
}
