import { t } from '../lang/lang.ts';
import { RuleList } from '../parts/alerts.tsx';
import { Link } from '../parts/link.tsx';
import { WebhookForm } from '../parts/webhook.tsx';
import { alerts } from '../state/alerts.ts';
import { boardPath } from '../state/route.ts';
import { role } from '../state/socket.ts';

/** Every rule, by its board, those with something that fires first; and where alerts are posted to. */
export function Alerts() {
  const state = alerts.value;
  const rules = state?.rules ?? [];
  const boards = [...new Set(rules.map(({ board }) => board))];
  return (
    <>
      <h1 tabIndex={-1}>{t('alerts')}</h1>
      {role.value === 'viewer' && <p>{t('viewerAlerts')}</p>}
      {state && boards.length === 0 && <p>{t('noRules')}</p>}
      <div class="alert-boards">
        {boards.map((board) => (
          <section key={board} class="control" aria-label={board}>
            <h2>
              <Link to={boardPath(board)}>{board}</Link>
            </h2>
            <RuleList rules={rules.filter((rule) => rule.board === board)} />
          </section>
        ))}
      </div>
      {state && <WebhookForm info={state.webhook} />}
    </>
  );
}
