"""The first tables, and the function that puts work into a lane."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NOW = sa.text("now()")
_JSON = postgresql.JSONB()
_TIME = sa.DateTime(timezone=True)

# A conversation's key begins with its channel. The lane's row is locked before the work gets its number, so that
# numbers follow the order of commits.
_ENQUEUE = """
create function enqueue(p_lane text, p_conversation text, p_key text, p_kind text, p_payload bytea, p_at timestamptz)
returns bigint language plpgsql as $$
declare s bigint;
begin
    insert into lane (key, conversation, channel)
        values (p_lane, p_conversation, split_part(p_conversation, ':', 1)) on conflict (key) do nothing;
    select last_seq + 1 into s from lane where key = p_lane for update;
    insert into work (lane, seq, key, kind, conversation, payload)
        values (p_lane, s, p_key, p_kind, p_conversation, p_payload) on conflict (key) do nothing;
    if not found then
        return null;
    end if;
    update lane set last_seq = s,
        ready_at = case when owner is null then least(ready_at, greatest(p_at, now())) end
        where key = p_lane;
    perform pg_notify('viva_work', '');
    return s;
end $$
"""


def upgrade() -> None:
    _people()
    _interviews()
    _money()
    _work()
    op.execute(_ENQUEUE)


def _people() -> None:
    op.create_table(
        "learner",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
    )
    op.create_table(
        "conversation",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("place", sa.Text),
        sa.Column("address", _JSON, nullable=False),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
    )
    op.create_index("conversation_place_key", "conversation", ["channel", "place"], unique=True)
    op.create_index("conversation_learner_idx", "conversation", ["learner"])
    op.create_index("conversation_chat_idx", "conversation", ["channel", "chat"])


def _interviews() -> None:
    op.create_table(
        "pack",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("pack", _JSON, nullable=False),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
    )
    op.create_table(
        "interview",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("pack", sa.Text, nullable=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("avoid", _JSON, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("scored_at", _TIME),
    )
    op.create_index("interview_conversation_idx", "interview", ["conversation", "started_at"])
    op.create_index("interview_learner_idx", "interview", ["learner", "started_at"])
    is_open = sa.text("status = 'open'")
    op.create_index("interview_open_key", "interview", ["conversation"], unique=True, postgresql_where=is_open)
    op.create_table(
        "exchange",
        sa.Column(
            "interview", sa.Text, sa.ForeignKey("interview.id", ondelete="CASCADE", name="exchange_interview_fkey")
        ),
        sa.Column("number", sa.Integer),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        *(sa.Column(name, _JSON, nullable=False) for name in ("probes", "parts", "hints", "heard")),
        sa.Column("unknowns", sa.Integer, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("skipped", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("interview", "number"),
    )
    op.create_table(
        "grade",
        sa.Column("interview", sa.Text),
        sa.Column("number", sa.Integer),
        sa.Column("revision", sa.Integer),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("grade", sa.Integer, nullable=False),
        sa.Column("judgement", _JSON, nullable=False),
        sa.Column("graded_at", _TIME, nullable=False, server_default=_NOW),
        sa.PrimaryKeyConstraint("interview", "number", "revision"),
        sa.ForeignKeyConstraint(
            ["interview", "number"],
            ["exchange.interview", "exchange.number"],
            ondelete="CASCADE",
            name="grade_interview_number_fkey",
        ),
    )


def _money() -> None:
    op.create_table(
        "model_call",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("interview", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        *(sa.Column(f"{kind}_tokens", sa.Integer, nullable=False) for kind in ("input", "cached", "output")),
        sa.Column("audio_seconds", sa.Double, nullable=False),
        sa.Column("latency", sa.Double, nullable=False),
        sa.Column("cost", sa.Double),
        sa.Column("called_at", _TIME, nullable=False, server_default=_NOW),
    )
    op.create_index("model_call_interview_idx", "model_call", ["interview"])


def _work() -> None:
    op.create_table(
        "lane",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("done_seq", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("ready_at", _TIME),
        sa.Column("hold_until", _TIME),
        sa.Column("owner", sa.Integer),
        sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("lease_until", _TIME),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("in_doubt", sa.Boolean, nullable=False, server_default="false"),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("lane_ready_idx", "lane", ["ready_at"], postgresql_where=sa.text("ready_at is not null"))
    op.create_index("lane_owned_idx", "lane", ["owner"], postgresql_where=sa.text("owner is not null"))
    op.create_table(
        "work",
        sa.Column("lane", sa.Text),
        sa.Column("seq", sa.BigInteger),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("result", _JSON, nullable=False, server_default="{}"),
        sa.Column("aside", sa.Text),
        sa.Column("received_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("done_at", _TIME),
        sa.PrimaryKeyConstraint("lane", "seq"),
    )
    op.create_index("work_key_key", "work", ["key"], unique=True)
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("until", _TIME, nullable=False),
    )
    op.execute("create sequence worker_id as integer cycle")


def downgrade() -> None:
    op.execute("drop function enqueue")
    op.execute("drop sequence worker_id")
    for table in (
        "lease",
        "work",
        "lane",
        "model_call",
        "grade",
        "exchange",
        "interview",
        "pack",
        "conversation",
        "learner",
    ):
        op.drop_table(table)
