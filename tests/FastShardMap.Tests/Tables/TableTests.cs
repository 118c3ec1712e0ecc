using FastShardMap.Layout;
using FastShardMap.Tables;
using FastShardMap.Tests.Support;

namespace FastShardMap.Tests.Tables;

/// <summary>What a table does, seen by one thread, against a dictionary.</summary>
public sealed unsafe class TableTests
{
    private static readonly HashSeed s_seed = new(0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03);

    /// <summary>Hashes from good to hopeless.</summary>
    private static readonly (string Name, Func<ulong, ulong> Hash)[] s_hashes =
    [
        ("mixed", key => HashMixer.Mix(key, s_seed)),
        ("constant", _ => 0xFFFF_FFFF_FFFF_FFFF), // the walk wraps at once
        ("constant 0", _ => 0),
        ("one tag", key => HashMixer.Mix(key, s_seed) & ~0x00FE_0000UL),
        ("eight homes", key => (key & 7) << 61),
        ("last homes", key => ulong.MaxValue << 60 | HashMixer.Mix(key, s_seed) >> 4),
    ];

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            TheoryData<string, int, int> cases = [];
            foreach ((string name, _) in s_hashes)
            {
                cases.Add(name, 0, 16);
                cases.Add(name, 1, 16);
                cases.Add(name, 4, 16);
                cases.Add(name, 6, 9); // smaller than maps use: the arithmetic is the same
                cases.Add(name, 6, 13);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operations_Random_AgreeWithADictionary(string hashName, int log2, int sixteenths)
    {
        RunAgainstModel<ulong, ulong>(hashName, log2, sixteenths, static key => key, static value => value);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operations_RandomOnWideEntries_AgreeWithADictionary(string hashName, int log2, int sixteenths)
    {
        RunAgainstModel<Int128, Guid>(
            hashName,
            log2,
            sixteenths,
            static key => (Int128)key << 40,
            static value => new Guid((int)value, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operations_RandomOnTinyEntries_AgreeWithADictionary(string hashName, int log2, int sixteenths)
    {
        RunAgainstModel<byte, byte>(hashName, log2, sixteenths, static key => (byte)key, static value => (byte)value);
    }

    [Fact]
    public void Insert_HomeFull_CountsTheGroupsItPasses()
    {
        NativeTable<ulong, ulong> table = new(TableSize.PowerOfTwo(3));
        int slots = Table<ulong, ulong>.Slots;
        for (int i = 0; i < (slots * 2) + 1; i++)
        {
            table.TryInsert((ulong)i, 0, 0);
        }

        Assert.Equal(slots + 1, ControlWord.OverflowCount(table.GroupAt(0)->Control));
        Assert.Equal(1, ControlWord.OverflowCount(table.GroupAt(1)->Control));
        Assert.Equal(0, ControlWord.OverflowCount(table.GroupAt(2)->Control));
    }

    [Fact]
    public void Remove_EntryThatPassedGroups_LowersTheirCountsAndFreesItsSlotAtOnce()
    {
        NativeTable<ulong, ulong> table = new(TableSize.PowerOfTwo(3));
        int slots = Table<ulong, ulong>.Slots;
        for (int i = 0; i < (slots * 2) + 1; i++)
        {
            table.TryInsert((ulong)i, 0, 0);
        }

        for (int i = (slots * 2) + 1; --i >= 0;)
        {
            Assert.True(table.TryRemove((ulong)i, 0));
            Assert.Empty(table.FindViolations(static _ => 0));
        }

        for (ulong group = 0; group < 8; group++)
        {
            Assert.Equal(ControlWord.Empty, table.GroupAt(group)->Control);
            Assert.Equal(0UL, table.GroupAt(group)->Version);
        }
    }

    [Fact]
    public void Insert_MoreThan127Pass_SaturatesAndSticks()
    {
        NativeTable<ulong, ulong> table = new(TableSize.PowerOfTwo(8));
        int entries = (Table<ulong, ulong>.Slots * 2) + 128;
        for (int i = 0; i < entries; i++)
        {
            table.TryInsert((ulong)i, 0, 0);
        }

        Assert.Equal(2, table.Saturated);
        Assert.Equal(ControlWord.SaturatedOverflow, ControlWord.OverflowCount(table.GroupAt(0)->Control));
        Assert.Empty(table.FindViolations(static _ => 0));
        for (int i = 0; i < entries; i++)
        {
            Assert.True(table.TryRemove((ulong)i, 0));
        }

        Assert.Empty(table.FindViolations(static _ => 0));
        Assert.Equal(ControlWord.SaturatedOverflow, ControlWord.OverflowCount(table.GroupAt(0)->Control));
        Assert.Equal(0, ControlWord.OverflowCount(table.GroupAt(2)->Control));
    }

    [Fact]
    public void TryFind_MovedGroup_IgnoresItsTagsAndFollowsItsFilter()
    {
        NativeTable<ulong, ulong> table = new(TableSize.PowerOfTwo(3));
        ulong slots = (ulong)Table<ulong, ulong>.Slots;
        for (ulong key = 0; key <= slots; key++)
        {
            table.TryInsert(key, 0, key);
        }

        table.GroupAt(0)->Version = new VersionWord(table.GroupAt(0)->Version).AfterMove().Word;

        Assert.False(table.TryFind(0, 0, out _));
        Assert.True(table.TryFind(slots, 0, out ulong value));
        Assert.Equal(slots, value);

        // And a removal leaves the moved group as it is.
        ulong control = table.GroupAt(0)->Control;
        Assert.True(table.TryRemove(slots, 0));
        Assert.Equal(control, table.GroupAt(0)->Control);
    }

    [Fact]
    public void TryFind_EveryGroupSaturatedAndKeyAbsent_EndsAfterOneRound()
    {
        NativeTable<ulong, ulong> table = new(TableSize.PowerOfTwo(4));
        for (ulong group = 0; group < 16; group++)
        {
            table.GroupAt(group)->Control = ControlWord.Disposed;
            table.GroupAt(group)->Version = VersionWord.Disposed.Word;
        }

        Assert.False(table.TryFind(1, ulong.MaxValue, out _));
    }

    private static void RunAgainstModel<TKey, TValue>(
        string hashName, int log2, int sixteenths, Func<ulong, TKey> keyOf, Func<ulong, TValue> valueOf)
        where TKey : unmanaged, IEquatable<TKey>
        where TValue : unmanaged
    {
        Func<ulong, ulong> hash = s_hashes.Single(pair => pair.Name == hashName).Hash;
        Random random = new(TestSeed.For($"{hashName} {log2} {sixteenths}"));
        NativeTable<TKey, TValue> table = new(new TableSize(log2, sixteenths));
        Dictionary<TKey, TValue> model = [];
        Dictionary<TKey, ulong> hashes = [];
        ulong distinct = (ulong)Math.Clamp(table.MaxEntries * 2, 3, 255);
        for (int step = 0; step < 3000; step++)
        {
            ulong number = (ulong)random.NextInt64((long)distinct);
            TKey key = keyOf(number);
            TValue value = valueOf((ulong)step);
            hashes[key] = hash(number);
            switch (random.Next(4))
            {
                case 0 or 1 when model.Count < table.MaxEntries:
                    Assert.Equal(model.TryAdd(key, value), table.TryInsert(key, hash(number), value));
                    break;
                case 2:
                    Assert.Equal(model.ContainsKey(key), table.TryUpdate(key, hash(number), value));
                    if (model.ContainsKey(key))
                    {
                        model[key] = value;
                    }

                    break;
                default:
                    Assert.Equal(model.Remove(key), table.TryRemove(key, hash(number)));
                    break;
            }

            Assert.Equal(
                model.TryGetValue(key, out TValue expected), table.TryFind(key, hash(number), out TValue found));
            Assert.Equal(expected, found);
            if (step % 100 == 0)
            {
                Assert.Empty(table.FindViolations(present => hashes[present]));
            }
        }

        Assert.Equal(model.Count, table.Count);
        Assert.All(model, entry =>
        {
            Assert.True(table.TryFind(entry.Key, hashes[entry.Key], out TValue found));
            Assert.Equal(entry.Value, found);
        });
    }
}
