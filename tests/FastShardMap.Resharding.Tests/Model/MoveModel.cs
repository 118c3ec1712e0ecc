using System.Runtime.InteropServices;

namespace FastShardMap.Resharding.Tests.Model;

/// <summary>
/// A model of the move of one slot with one key: two servers, a control server, a writer, a reader, and a coordinator
/// that can be killed at any step and started again, while its last copy is still on its way. Writer and reader can use
/// any table that was stored before. <see cref="Explore"/> visits every state that any order of their steps leads to. A
/// step is what one transaction or one read does on one server; the rules are those of <see cref="SlotRule"/>.
/// </summary>
/// <param name="readsFences">Whether reads in a slot that moves look at the fence, as <see cref="RoutedStore"/>
/// does.</param>
/// <param name="hasFaults">Whether coordinators can roll the move back, once or twice, and the second half of a double
/// write can fail.</param>
internal sealed partial class MoveModel(bool readsFences, bool hasFaults)
{
    private const byte Ended = byte.MaxValue;

    private readonly Queue<World> _open = new();

    /// <summary>The states that were visited.</summary>
    private readonly HashSet<World> _seen = [];

    /// <summary>For each state one that leads to it, if a fault is expected, which is then explained.</summary>
    private readonly Dictionary<World, World>? _origins = readsFences ? null : [];
    private World _current;

    /// <summary>The number of states that were visited.</summary>
    public int States => _seen.Count;

    /// <summary>Reads that ended with a value, by the state of the move in the reader's table, whether the write was
    /// required, and whether the follower was read.</summary>
    public Dictionary<(MoveState State, bool Required, bool FromFollower), int> Reads { get; } = [];

    /// <summary>The first read that missed a write that had completed before it, with the way to it, or the first
    /// roll-back that did not give the slot back.</summary>
    public string? Fault { get; private set; }

    public void Explore()
    {
        Add(new World
        {
            A = new Server { Value = 0 }, B = new Server { Value = -1 }, Table = new Table { Epoch = 1 },
        });
        while (Fault is null && _open.TryDequeue(out _current))
        {
            Coordinate();
            Arrive();
            Write();
            Read();
        }
    }

    private static ref Server ServerOf(ref World world, string name)
    {
        if (name == "A")
        {
            return ref world.A;
        }

        return ref world.B;
    }

    private void Add(World world)
    {
        if (world.Reader.Table.Epoch < world.LeasedEpoch)
        {
            // Its answer will not be taken, so it begins anew.
            world.Reader = default;
            world.Required = 0;
        }

        Renumber(ref world);
        if (_seen.Add(world))
        {
            _origins?.Add(world, _current);
            _open.Enqueue(world);
            if (world is { IsRolledBack: true, Table: { IsComplete: true, IsTurned: true } })
            {
                Fault ??= $"The slot was rolled back, but B owns it: {world}";
            }
        }
    }

    /// <summary>Only the order of the numbers of snapshots counts. Equal orders get equal numbers, so that they are one
    /// state.</summary>
    private static void Renumber(ref World world)
    {
        Span<byte> numbers =
        [
            world.A.Sequence, world.A.Version, world.B.Sequence, world.B.Version, world.Coordinator.Snapshot.Number,
            world.Late.Snapshot.Number, world.Writer.Snapshot.Number,
        ];
        world.A.Sequence = RankOf(world.A.Sequence, numbers);
        world.A.Version = RankOf(world.A.Version, numbers);
        world.B.Sequence = RankOf(world.B.Sequence, numbers);
        world.B.Version = RankOf(world.B.Version, numbers);
        world.Coordinator.Snapshot.Number = RankOf(world.Coordinator.Snapshot.Number, numbers);
        world.Late.Snapshot.Number = RankOf(world.Late.Snapshot.Number, numbers);
        world.Writer.Snapshot.Number = RankOf(world.Writer.Snapshot.Number, numbers);
    }

    private static byte RankOf(byte number, ReadOnlySpan<byte> numbers)
    {
        if (number == 0)
        {
            return 0;
        }

        int rank = 1;
        for (int i = 0; i < numbers.Length; i++)
        {
            bool isFirst = numbers[..i].IndexOf(numbers[i]) < 0;
            rank += isFirst && numbers[i] != 0 && numbers[i] < number ? 1 : 0;
        }

        return (byte)rank;
    }

    /// <summary>A read has got its answer. What happens afterwards does not depend on it.</summary>
    private void Check(sbyte value, bool fromFollower)
    {
        sbyte required = fromFollower ? _current.Required : _current.Completed;
        (MoveState, bool, bool) kind = (_current.Reader.Table.Rule.State, required > 0, fromFollower);
        CollectionsMarshal.GetValueRefOrAddDefault(Reads, kind, out _)++;
        if (value < required && Fault is null)
        {
            List<string> way = [$"The read returns {value}, but {required} had completed."];
            for (World at = _current; at.Table.Epoch != 0; at = _origins?.GetValueOrDefault(at) ?? default)
            {
                way.Add($"{at}");
            }

            way.Reverse();
            Fault = string.Join('\n', way);
        }
    }
}
