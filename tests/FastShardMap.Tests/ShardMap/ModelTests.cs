using FastShardMap.Hashing;
using FastShardMap.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace FastShardMap.Tests;

/// <summary>
/// Random sequences of operations against a dictionary (FsCheck), with tiny shards and migration steps.
/// </summary>
public sealed class ModelTests
{
    private static readonly HashSeed s_seed = new(0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB);
    private static readonly int s_defaultStepGroups = new ShardMapOptions().MigrationStepGroups;

    /// <summary>
    /// What an attacker who knows the seed would send: keys of one shard, one tag and neighbouring homes.
    /// </summary>
    private static readonly Lazy<ulong[]> s_colliding = new(static () =>
    {
        const ulong SameBits = 0xF800_0000_00FE_0060;
        ulong target = WordHash.Mix(0, s_seed) & SameBits;
        List<ulong> keys = [];
        for (ulong key = 0; keys.Count < ModelCommand.Keys; key++)
        {
            if ((WordHash.Mix(key, s_seed) & SameBits) == target)
            {
                keys.Add(key);
            }
        }

        return [.. keys];
    });

    private static readonly (string Name, Func<int, ulong> KeyOf)[] s_keys =
    [
        ("sequential", static key => (ulong)key),
        ("high bits", static key => (ulong)key << 56),
        ("strided", static key => (ulong)key * 4096),
        ("chosen against the seed", static key => s_colliding.Value[key]),
    ];

    public static TheoryData<int, int, string> Cases
    {
        get
        {
            TheoryData<int, int, string> cases = [];
            foreach (int shards in new[] { 1, 2, 4 })
            {
                foreach (int stepGroups in new[] { 1, s_defaultStepGroups })
                {
                    foreach ((string name, _) in s_keys)
                    {
                        cases.Add(shards, stepGroups, name);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sequence_DefaultHasher_AgreesWithADictionary(int shards, int stepGroups, string keys) =>
        Run<DefaultHasher<ulong>>(shards, stepGroups, keys, sequences: 20);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sequence_ConstantHasher_AgreesWithADictionary(int shards, int stepGroups, string keys) =>
        Run<ConstantHasher>(shards, stepGroups, keys, sequences: 5);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sequence_LowEntropyHasher_AgreesWithADictionary(int shards, int stepGroups, string keys) =>
        Run<LowEntropyHasher>(shards, stepGroups, keys, sequences: 5);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sequence_IdentityHasher_AgreesWithADictionary(int shards, int stepGroups, string keys) =>
        Run<IdentityHasher>(shards, stepGroups, keys, sequences: 5);

    private static void Run<THasher>(int shards, int stepGroups, string keys, int sequences)
        where THasher : struct, IKeyHasher<ulong>
    {
        Func<int, ulong> keyOf = s_keys.Single(pair => pair.Name == keys).KeyOf;
        int seed = TestSeed.For($"{typeof(THasher).Name} {shards} {stepGroups} {keys}");
        Config config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true)
            .WithMaxTest(Soak.IsOn ? sequences * 100 : sequences)
            .WithReplay(
                FSharpOption<Replay>.Some(
                    new Replay(new Rnd((ulong)seed, 0x9E37_79B9_7F4A_7C15), FSharpOption<int>.None)));
        Check.One(config, Prop.ForAll(ModelCommand.Sequences, commands =>
        {
            ShardMapOptions options = new() { ShardCount = shards, MigrationStepGroups = stepGroups, Seed = s_seed };
            using MapModel<THasher> model = new(new ShardMap<ulong, ulong, THasher>(options), keyOf);
            model.Run(commands);
        }));
    }
}
