using System.Globalization;
using FastShardMap.Routing;
using StackExchange.Redis;

namespace FastShardMap.Resharding;

public sealed partial class ClusterResharder
{
    private const int KeysPerRequest = 100;

    /// <summary>A day. Garnet takes this as the limit of the whole range, however large that is.</summary>
    private const int GarnetMilliseconds = 86_400_000;

    /// <summary>One command moves a range, in the background of the source.</summary>
    private async Task MoveOnGarnetAsync(SlotMove move, CancellationToken cancellationToken)
    {
        (string host, string port) = Split(move.To);
        object[] arguments =
        [
            host, port, "", 0, GarnetMilliseconds, .. Credentials(), "SLOTSRANGE", move.First, move.Last,
        ];
        await ExecuteAsync(move.From, "MIGRATE", arguments).ConfigureAwait(false);
        await WaitAsync(
            _timeout,
            async () => (long)await ExecuteAsync(move.From, "CLUSTER", "MTASKS").ConfigureAwait(false) == 0
                && await IsOwnerAsync(move.To, move).ConfigureAwait(false)
                && await IsOwnerAsync(move.From, move).ConfigureAwait(false),
            () => IsAtWorkAsync(move),
            $"Slots {move.First} to {move.Last} have not moved to '{move.To}'",
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The procedure of the Redis Cluster specification, "Live reconfiguration". Each step can be
    /// repeated.</summary>
    private async Task MoveOnRedisAsync(SlotMove move, CancellationToken cancellationToken)
    {
        IReadOnlyList<ClusterMember> members = await MembersAsync().ConfigureAwait(false);
        string from = Find(members, move.From).Id;
        string to = Find(members, move.To).Id;
        (string host, string port) = Split(move.To);
        ClusterMember target = Find(await MembersOfAsync(move.To).ConfigureAwait(false), move.To);
        for (int slot = move.First; slot <= move.Last; slot++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!Owns(target, slot))
            {
                await ExecuteAsync(move.To, "CLUSTER", "SETSLOT", slot, "IMPORTING", from).ConfigureAwait(false);
                await ExecuteAsync(move.From, "CLUSTER", "SETSLOT", slot, "MIGRATING", to).ConfigureAwait(false);
            }

            while (true)
            {
                RedisResult[] keys = (RedisResult[])(await ExecuteAsync(
                    move.From, "CLUSTER", "GETKEYSINSLOT", slot, KeysPerRequest).ConfigureAwait(false))!;
                if (keys.Length == 0)
                {
                    break;
                }

                // REPLACE: a run that was killed can have left a copy.
                object[] arguments =
                [
                    host, port, "", 0, Milliseconds(), "REPLACE", .. Credentials(), "KEYS",
                    .. keys.Select(key => (object)(byte[])key!),
                ];
                await ExecuteAsync(move.From, "MIGRATE", arguments).ConfigureAwait(false);
            }

            // First the target, so that no moment has no owner; then all others, which would learn it later anyway.
            await ExecuteAsync(move.To, "CLUSTER", "SETSLOT", slot, "NODE", to).ConfigureAwait(false);
            await ExecuteAsync(move.From, "CLUSTER", "SETSLOT", slot, "NODE", to).ConfigureAwait(false);
            foreach (ClusterMember other in members.Where(
                member => member.IsPrimary && member.Id != from && member.Id != to))
            {
                await ExecuteAsync(other.Address, "CLUSTER", "SETSLOT", slot, "NODE", to).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether the source, a Garnet server, moves slots now. If one of the two nodes does not answer, this
    /// throws: the source alone would wait for the target for as long as the limit of the range.</summary>
    private async Task<bool> IsAtWorkAsync(SlotMove move)
    {
        await ExecuteAsync(move.To, "PING").ConfigureAwait(false);
        return (long)await ExecuteAsync(move.From, "CLUSTER", "MTASKS").ConfigureAwait(false) > 0;
    }

    private async Task<bool> IsOwnerAsync(string asked, SlotMove move)
    {
        ClusterMember? owner = (await MembersOfAsync(asked).ConfigureAwait(false))
            .FirstOrDefault(member => member.Address == move.To);
        return owner is not null
            && Enumerable.Range(move.First, move.Count).All(slot => Owns(owner, slot));
    }

    private object[] Credentials() => _options switch
    {
        { Password: null or "" } => [],
        { User: null or "" } => ["AUTH", _options.Password],
        _ => ["AUTH2", _options.User, _options.Password],
    };

    private static (string Host, string Port) Split(string address)
    {
        int colon = address.LastIndexOf(':');
        return (address[..colon].Trim('[', ']'), address[(colon + 1)..]);
    }

    private string Milliseconds() => ((int)Math.Min(_timeout.TotalMilliseconds, int.MaxValue))
        .ToString(CultureInfo.InvariantCulture);
}
